"""A domain that is not mailed takes all below it along, at every door, and nothing beside it."""

import pytest
from django.db import connection

from campaigns.audience import addresses, moving, subscribing, suppression
from campaigns.audience.models import Contact, SignUp, SignUpForm, Suppression
from campaigns.audience.sign_ups import signing_up
from tests import world
from tests.audience.files import import_file

pytestmark = pytest.mark.django_db

UNDER = (
    *("a@bad.example", "a@mail.bad.example", "A@x.y.BAD.example", "a@bücher.example"),
    *("a@1.2.3.4.bad.example", "a@one.deep.down.example", "a@more.one.deep.down.example"),
)
BESIDE = (
    *("a@notbad.example", "a@bad.example.org", "bad.example@good.example", "a@example.com"),
    *("a@deep.down.example", "a@two.deep.down.example", "a@bad.example.1.2.3.example"),
)


@pytest.fixture(autouse=True)
def stopped(workspace):
    suppression.suppress_domains(
        workspace.pk, ["bad.example", "xn--bcher-kva.example", "one.deep.down.example"]
    )


@pytest.fixture
def news(workspace):
    return world.make_list(workspace, name="News")


@pytest.fixture
def form(workspace, news, sender):
    return SignUpForm.objects.create(
        workspace=workspace, list=news, sender=sender, key="key", is_open=True
    )


def test_the_database_and_python_agree_on_what_is_below(workspace, news):
    for email in (*UNDER, *BESIDE):
        kept = addresses.check(email)
        contact = world.make_contact(workspace, on=news, email=kept)
        is_under = email in UNDER
        assert (suppression.find(workspace.pk, kept) is not None) == is_under, email
        mine = Contact.objects.filter(pk=contact.pk)
        assert mine.suppressed().exists() == is_under, email
        assert mine.unsuppressed().exists() != is_under, email
        assert mine.mailable(workspace.pk, [news.pk]).exists() != is_under, email
        assert vars(mine.with_suppressed().get())["is_suppressed"] == is_under, email


@pytest.mark.parametrize(
    ("address", "domains"),
    [
        ("a@example.com", ["example.com"]),
        ("a@b.example.co.uk", ["b.example.co.uk", "example.co.uk", "co.uk"]),
        ('"a@b"@example.com', ["example.com"]),
    ],
)
def test_an_address_has_its_domain_and_those_above(address, domains):
    with connection.cursor() as cursor:
        cursor.execute("SELECT audience_domains(%s)", [address])
        assert cursor.fetchone() == (domains,)


def test_another_workspace_is_not_concerned(news):
    other = world.make_workspace()
    theirs = world.make_contact(other, email="a@bad.example")
    assert suppression.find(other.pk, "a@bad.example") is None
    assert Contact.objects.filter(pk=theirs.pk).unsuppressed().exists()


def test_an_import_makes_nobody_of_it(workspace, news):
    one = import_file(news, b"email\nA@mail.bad.example\nb@example.com\n")
    assert list(workspace.contacts.values_list("email", flat=True)) == ["b@example.com"]
    assert one.kept_suppressed == 1


def test_an_import_heeds_no_domain_that_another_workspace_stopped(workspace, news):
    suppression.suppress_domains(world.make_workspace().pk, ["example.com"])
    one = import_file(news, b"email\na@bad.example\nb@example.com\n")
    assert (one.contacts_created, one.kept_suppressed) == (1, 1)


def test_nobody_of_it_is_added_by_hand(workspace, news):
    with pytest.raises(subscribing.SubscribingError):
        subscribing.add(news, "a@bad.example", {}, subscribing.Basis("consent"))
    assert not workspace.contacts.exists()


@pytest.mark.parametrize("also", ["", "unsubscribed_all"])
def test_nobody_of_it_is_mailed_a_link_to_confirm(workspace, form, also):
    if also:
        fingerprint = addresses.fingerprint(workspace.pk, "a@bad.example")
        suppression.suppress(workspace.pk, [fingerprint], also)
    pk = signing_up.ask(form, signing_up.Asked("a@bad.example"))
    assert not signing_up.mail(pk)
    assert SignUp.objects.get().mailed_at == []


def test_a_link_that_is_out_already_signs_nobody_up(form):
    signing_up.ask(form, signing_up.Asked("a@bad.example"))
    with pytest.raises(signing_up.SigningUpError):
        signing_up.confirm(SignUp.objects.get())


def test_nobody_moves_there_and_no_link_is_mailed(workspace, news, sender):
    contact = world.make_contact(workspace, on=news)
    assert not moving.mail(contact, "a@bad.example")
    with pytest.raises(moving.MovingError):
        moving.move(contact, "a@bad.example")


def test_who_is_stopped_alone_stays_so_when_the_domain_is_allowed_again(workspace):
    fingerprint = addresses.fingerprint(workspace.pk, "a@bad.example")
    suppression.suppress(workspace.pk, [fingerprint], Suppression.Reason.COMPLAINT)
    assert suppression.lift_domain(workspace.pk, "bad.example")
    found = suppression.find(workspace.pk, "a@bad.example")
    assert found is not None
    assert found.reason == "complaint"
    assert suppression.find(workspace.pk, "b@bad.example") is None
