"""Every door by which mail to a person begins or ends writes a line of the consent ledger."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from campaigns.audience import forgetting, subscribing, tokens, unsubscribing
from campaigns.audience.imports import undoing
from campaigns.audience.models import ConsentEntry, SignUp, SignUpForm
from campaigns.audience.sign_ups import signing_up
from tests import world
from tests.audience.files import import_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def news(workspace):
    return world.make_list(workspace, name="News")


@pytest.fixture
def ann(workspace, news):
    return world.make_contact(workspace, on=news, email="ann@example.com")


@pytest.fixture
def token(ann):
    return tokens.unsubscribe_token(ann.pk)


def lines(**of):
    rows = ConsentEntry.objects.filter(purpose="mail", **of).order_by("pk")
    return [(row.state, row.source, row.evidence["name"]) for row in rows]


def test_an_import_says_by_which_file_and_line_they_came(workspace, member, news):
    file = b"email,proof\nann@example.com,At the fair in May\nbob@example.com,\n"
    one = import_file(news, file, created_by=member, mapping={"0": "email", "1": "proof"})
    assert lines() == [("granted", "import", "News")] * 2
    entry = ConsentEntry.objects.get(contact__email="ann@example.com")
    assert entry.actor == member
    assert entry.evidence == {
        **{"import": one.pk, "file": "people.csv", "line": 2, "basis": "consent"},
        **{"list": news.pk, "name": "News", "note": "At the fair in May"},
    }
    import_file(news, file, mapping={"0": "email", "1": "proof"})
    assert len(lines()) == 2


def test_an_import_on_another_basis_claims_no_consent(news):
    import_file(news, b"email\nann@example.com\n", basis="customer", basis_note="Bought a bike")
    assert lines() == [("unknown", "import", "News")]
    evidence = ConsentEntry.objects.get().evidence
    assert (evidence["basis"], evidence["note"]) == ("customer", "Bought a bike")


def test_an_import_says_who_left_elsewhere(news, ann):
    rows = b"email,status\nann@example.com,unsubscribed\nbob@example.com,unsubscribed\n"
    import_file(news, rows)
    assert lines() == [("withdrawn", "import", "News")] * 2
    assert lines(contact=ann) == [("withdrawn", "import", "News")]


@pytest.mark.django_db(transaction=True)
def test_an_import_that_is_undone_ends_what_it_began(workspace, news):
    ann = world.make_contact(workspace, email="ann@example.com")
    one = import_file(news, b"email\nann@example.com\nbob@example.com\n")
    assert undoing.start(one)
    undoing.run(one.pk)
    states = list(ann.consent_entries.order_by("pk").values_list("state", flat=True))
    assert states == ["granted", "withdrawn"]
    assert not workspace.contacts.filter(email="bob@example.com").exists()


def test_a_sign_up_counts_once_it_is_confirmed(workspace, news, sender):
    form = SignUpForm.objects.create(
        workspace=workspace, list=news, sender=sender, key="key", is_open=True
    )
    signing_up.ask(form, signing_up.Asked("ann@example.com"))
    assert lines() == []
    signing_up.confirm(SignUp.objects.get())
    assert lines() == [("granted", "form", "News")]
    entry = ConsentEntry.objects.get()
    assert entry.notice is not None
    assert entry.said_at is not None
    assert entry.evidence["form"] == form.pk


@pytest.mark.parametrize(("basis", "state"), [("consent", "granted"), ("customer", "unknown")])
def test_a_member_adds_somebody_by_hand(alice, member, news, basis, state):
    values = {"email": "ann@example.com", "basis": basis, "basis_note": "By phone"}
    alice.post(reverse("audience:add_contact", args=[news.pk]), values)
    assert lines() == [(state, "member", "News")]
    entry = ConsentEntry.objects.get()
    assert (entry.actor, entry.evidence["note"]) == (member, "By phone")
    alice.post(reverse("audience:add_contact", args=[news.pk]), values)
    assert len(lines()) == 1


def test_a_member_cannot_put_back_who_left_without_a_note(alice, member, news, ann):
    unsubscribing.unsubscribe_from(ann, [news], "page")
    address = reverse("audience:subscribe", args=[ann.pk])
    alice.post(address, {"list": news.pk, "basis": "consent"})
    assert lines() == [("withdrawn", "page", "News")]
    alice.post(address, {"list": news.pk, "basis": "consent", "basis_note": "Wrote to us"})
    assert lines()[1:] == [("granted", "member", "News")]


def test_a_member_takes_somebody_off(alice, member, news, ann):
    alice.post(reverse("audience:unsubscribe_contact", args=[ann.pk, news.pk]))
    assert lines() == [("withdrawn", "member", "News")]
    assert ConsentEntry.objects.get().actor == member


@pytest.mark.parametrize(
    ("door", "source"),
    [("unsubscribe", "page"), ("one_click", "one_click"), ("stop_mail", "page")],
)
def test_people_leave_and_come_back(client, ann, token, door, source):
    client.post(reverse(f"audience:{door}", args=[token]))
    client.post(reverse(f"audience:{door}", args=[token]))
    assert lines() == [("withdrawn", source, "News")]
    client.post(reverse("audience:undo_unsubscribe", args=[token]))
    assert lines()[1:] == [("granted", "page", "News")]


def test_a_list_that_is_deleted_is_left_by_all_who_were_on_it(alice, member, workspace, news, ann):
    gone = world.make_contact(workspace, on=news)
    unsubscribing.unsubscribe_from(gone, [news], "page")
    other = world.make_list(workspace)
    world.make_contact(workspace, on=other)
    alice.post(reverse("audience:delete_list", args=[news.pk]))
    assert lines() == [("withdrawn", "page", "News"), ("withdrawn", "member", "News")]
    last = ann.consent_entries.get()
    assert last.actor == member
    assert last.evidence == {"list": news.pk, "name": "News", "deleted": True}


@pytest.mark.django_db(transaction=True)
def test_undoing_an_import_puts_back_whom_it_took_off(news, ann):
    one = import_file(news, b"email,status\nann@example.com,unsubscribed\n")
    assert undoing.start(one)
    undoing.run(one.pk)
    assert lines(contact=ann) == [("withdrawn", "import", "News"), ("granted", "import", "News")]
    assert ann.subscriptions.subscribed().exists()


@pytest.mark.django_db(transaction=True)
def test_undoing_an_import_claims_nothing_of_who_was_not_on_the_list(workspace, news):
    ann = world.make_contact(workspace, email="ann@example.com")
    one = import_file(news, b"email,status\nann@example.com,unsubscribed\n")
    assert undoing.start(one)
    undoing.run(one.pk)
    assert lines(contact=ann) == [("withdrawn", "import", "News")]
    assert not ann.subscriptions.exists()


@pytest.mark.django_db(transaction=True)
def test_undoing_an_import_leaves_the_last_word_to_who_left_by_themselves(workspace, news):
    one = import_file(news, b"email\nann@example.com\n")
    ann = workspace.contacts.get()
    unsubscribing.unsubscribe(ann.pk, None, None, "page")
    assert undoing.start(one)
    undoing.run(one.pk)
    assert lines(contact=ann) == [("granted", "import", "News"), ("withdrawn", "page", "News")]


def test_people_choose_their_lists(client, news, ann, token):
    address = reverse("audience:preferences", args=[token])
    for _twice in range(2):
        client.post(address, {"list": []})
    for _twice in range(2):
        client.post(address, {"list": [news.pk]})
    assert lines() == [
        ("withdrawn", "preferences", "News"),
        ("granted", "preferences", "News"),
    ]


def test_looking_writes_nothing(client, ann, token):
    for name in ("unsubscribe", "preferences", "one_click"):
        client.get(reverse(f"audience:{name}", args=[token]))
    assert lines() == []


@pytest.mark.parametrize("basis", [subscribing.Basis("other", "By law")])
def test_the_database_lets_a_line_go_only_with_its_person(news, basis):
    ann = subscribing.add(news, "ann@example.com", {}, basis)
    with pytest.raises(IntegrityError, match="only with its person"), transaction.atomic():
        ConsentEntry.objects.all().delete()
        check_now()
    forgetting.forget([ann.pk])
    check_now()
    assert lines() == []


def check_now():
    """Tests never reach a commit, where the database checks."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
