"""An address that somebody had before contacts were made one goes on meaning them."""

from __future__ import annotations

import pytest
from django.urls import reverse

from campaigns.audience import addresses, moving, people, subscribing, suppression
from campaigns.audience.imports import undoing
from campaigns.audience.models import Contact, Subscription, Suppression
from tests import world
from tests.audience.duplicates.pairs import put_on, two, unite
from tests.audience.files import import_file, stated

pytestmark = pytest.mark.django_db
FORMER = "ann.ray@gmail.com"
KEPT = "annray@gmail.com"


@pytest.fixture
def ann(workspace, member):
    """Ann, who had another address until somebody made two contacts one."""
    kept, gone = two(workspace)
    return unite(kept, gone, member, first_name="Ann", fields={"size": "40"})


@pytest.fixture
def news(workspace):
    return world.make_list(workspace, name="News")


def stop(workspace, email, reason):
    fingerprint = addresses.fingerprint(workspace.pk, email)
    suppression.suppress(workspace.pk, [fingerprint], reason)


def stops(workspace, email):
    return [one.reason for one in suppression.reasons(workspace.pk, email)]


def test_a_file_finds_the_one_person_and_says_by_which_address(workspace, ann, news):
    one = import_file(news, b"email\nAnn.Ray@gmail.com\n", **stated())
    assert Contact.objects.get() == ann
    assert (one.contacts_created, one.contacts_unchanged, one.subscriptions_created) == (0, 1, 1)
    line = ann.consent_entries.get(purpose="mail")
    assert (line.evidence["address"], line.evidence["line"]) == ("Ann.Ray@gmail.com", 2)


@pytest.mark.parametrize("policy", ["overwrite", "fill"])
def test_a_file_fills_in_by_it_and_overwrites_nothing(ann, news, policy):
    file = f"email,first name,last name,size\n{FORMER},Anna,Ray,42\n".encode()
    import_file(news, file, known=policy)
    ann.refresh_from_db()
    assert (ann.first_name, ann.last_name, ann.fields) == ("Ann", "Ray", {"size": "40"})


@pytest.mark.parametrize("order", [(FORMER, KEPT), (KEPT, FORMER)])
def test_of_both_addresses_in_a_file_the_one_that_is_kept_counts(ann, news, order):
    names = {FORMER: "Anna", KEPT: "Annie"}
    file = "".join(f"{email},{names[email]}\n" for email in order)
    one = import_file(news, b"email,first name\n" + file.encode())
    ann.refresh_from_db()
    assert (ann.first_name, ann.email) == ("Annie", KEPT)
    assert (one.duplicates, one.people, one.subscriptions_created) == (1, 1, 1)


@pytest.mark.parametrize("reason", ["hard_bounce", "complaint", "erased"])
def test_a_file_leaves_it_alone_where_it_must_not_be_mailed(workspace, ann, news, reason):
    stop(workspace, FORMER, reason)
    one = import_file(news, f"email,first name\n{FORMER},Anna\n".encode())
    assert (one.kept_suppressed, one.people) == (1, 0)
    assert Contact.objects.get() == ann and not ann.subscriptions.exists()


def test_a_domain_that_is_stopped_is_left_alone_too(workspace, member, news):
    kept, gone = world.make_contact(workspace), world.make_contact(workspace, email="a@x.org")
    unite(kept, gone, member)
    suppression.suppress_domains(workspace.pk, ["x.org"])
    assert import_file(news, b"email\na@x.org\n").kept_suppressed == 1


@pytest.mark.parametrize(
    ("everybody", "former", "kept"),
    [
        # A dead mailbox says nothing of the person; their word does.
        ("bounced", ["hard_bounce"], []),
        ("blocked", [], ["manual"]),
    ],
)
def test_what_a_file_says_of_all_stops_the_mailbox_or_the_person(
    workspace, ann, news, everybody, former, kept
):
    import_file(news, f"email\n{FORMER}\n".encode(), everybody=everybody)
    assert (stops(workspace, FORMER), stops(workspace, KEPT)) == (former, kept)
    assert Contact.objects.get() == ann


def test_who_left_by_it_has_left(ann, news):
    put_on(ann, news, "subscribed")
    one = import_file(news, f"email\n{FORMER}\n".encode(), everybody="unsubscribed")
    assert one.left_elsewhere == 1
    assert not ann.subscriptions.subscribed().exists()


def test_an_undone_file_gives_back_what_was_there(ann, news):
    one = import_file(news, f"email,last name\n{FORMER},Ray\n".encode())
    assert undoing.start(one)
    undoing.run(one.pk)
    ann.refresh_from_db()
    assert ann.last_name == "" and not ann.subscriptions.exists()


def test_it_means_nobody_in_another_workspace(ann, news):
    other = world.make_workspace()
    import_file(world.make_list(other), f"email\n{FORMER}\n".encode())
    assert other.contacts.get().email == FORMER
    assert people.by_address(news.workspace_id, FORMER) == ann


def test_who_is_a_contact_by_it_again_is_themselves(workspace, ann, news):
    again = world.make_contact(workspace, email=FORMER)
    import_file(news, f"email\n{FORMER}\n".encode())
    assert Subscription.objects.get().contact == again


def test_members_add_the_one_person_by_it(workspace, ann, news):
    basis = subscribing.Basis("consent", "At the fair")
    assert subscribing.add(news, FORMER.upper(), {"first_name": "Anna"}, basis) == ann
    assert ann.subscriptions.get().list == news
    stop(workspace, FORMER, Suppression.Reason.COMPLAINT)
    with pytest.raises(subscribing.SubscribingError):
        subscribing.add(world.make_list(workspace), FORMER, {}, basis)


def test_nobody_else_is_given_it(alice, workspace, ann):
    other = world.make_contact(workspace)
    page = alice.post(reverse("audience:edit_contact", args=[other.pk]), {"email": FORMER})
    assert page.status_code == 422 and f"{KEPT} had this address" in page.text
    with pytest.raises(moving.MovingError):
        moving.move(other, FORMER)
    moving.move(ann, FORMER)
    ann.refresh_from_db()
    assert ann.email == FORMER


def test_an_address_that_two_had_one_after_the_other_is_the_latters(workspace, ann, news, member):
    again = world.make_contact(workspace, email=FORMER)
    ben = unite(world.make_contact(workspace, email="ben@example.com"), again, member)
    import_file(news, f"email\n{FORMER}\n".encode())
    assert Subscription.objects.get().contact == ben
    assert people.by_address(workspace.pk, FORMER) == ben


def test_a_domain_that_another_workspace_stopped_is_none_of_ours(ann, news):
    suppression.suppress_domains(world.make_workspace().pk, ["gmail.com"])
    import_file(news, f"email\n{FORMER}\n".encode())
    assert Subscription.objects.get().contact == ann
