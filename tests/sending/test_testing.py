"""Tests of a campaign: to oneself, to several, to saved groups, and outside every count."""

import pytest
from django.urls import reverse

from campaigns.audience import suppression
from campaigns.composing.models import Campaign
from campaigns.sending import forgetting, mailers
from campaigns.sending.models import Delivery, TestGroup
from campaigns.sending.smtp import SmtpMailer
from campaigns.sending.testing import mailing
from tests import world
from tests.sending import stage

pytestmark = pytest.mark.django_db


def send(client, draft, **values):
    return client.post(
        reverse("sending:test", args=[draft.pk]), values, headers={"HX-Request": "true"}
    )


def group(workspace, name="Editors", addresses=("bea@example.org", "carl@example.org")):
    return TestGroup.objects.create(workspace=workspace, name=name, addresses=list(addresses))


def test_a_test_goes_to_oneself_and_counts_nowhere(alice, draft, sink):
    world.make_contact(draft.workspace, email="ada@example.com", first_name="Ada")
    answer = send(alice, draft, addresses="alice@example.org", contact="ada@example.com")
    assert "on its way to alice@example.org" in answer.text
    [mail] = sink.taken
    assert mail.recipient == "alice@example.org"
    assert b"Subject: [Test] Hello" in mail.content
    assert b"Ada" in mail.text
    assert b"/track/click/" in mail.text
    assert not Delivery.objects.exists()
    draft.refresh_from_db()
    assert draft.status == Campaign.Status.DRAFT


def test_where_it_went_into_the_local_inbox_it_leads_there(alice, draft, sink, sender, monkeypatch):
    written = {"addresses": "alice@example.org, bea@example.org"}
    assert "Look at it" not in send(alice, draft, **written).text
    draft.sender = sender
    draft.save(update_fields=["sender"])
    into_the_sink = stage.make_smtp_sender(draft.workspace, sink.port)
    monkeypatch.setattr(
        mailers, "mailer_for", lambda _, real=mailers.mailer_for: real(into_the_sink)
    )
    page = send(alice, draft, **written).text
    assert f"{reverse('sending:inbox')}?q=alice%40example.org" in page


def test_it_goes_to_several_and_to_groups_and_to_nobody_twice(alice, draft, sink):
    editors = group(draft.workspace)
    written = "alice@example.org, bea@example.org;\ndan@example.org"
    send(alice, draft, addresses=written, groups=[editors.pk])
    names = ("alice", "bea", "dan", "carl")
    assert sink.recipients() == [f"{name}@example.org" for name in names]


def test_a_test_that_the_server_refuses_says_its_words(alice, draft, sink):
    answer = send(alice, draft, addresses="rcpt-550@example.com")
    assert "550 no such mailbox" in answer.text
    values = {"addresses": "rcpt-550@example.com"}
    assert alice.post(reverse("sending:test", args=[draft.pk]), values).status_code == 422


def test_what_one_is_refused_the_others_get(alice, draft, sink):
    suppression.suppress_domains(draft.workspace_id, ["bad.example"])
    written = "rcpt-550@example.com, x@bad.example, bea@example.org"
    answer = send(alice, draft, addresses=written)
    assert "on its way to bea@example.org." in answer.text
    assert "rcpt-550@example.com: The server refused the test: 550" in answer.text
    assert "x@bad.example: This address is not mailed" in answer.text
    assert sink.recipients() == ["bea@example.org"]


def test_a_test_as_nobody_we_know_says_so(alice, draft, sink):
    answer = send(alice, draft, addresses="alice@example.org", contact="nobody@example.com")
    assert "None of your contacts" in answer.text
    assert sink.taken == []


@pytest.mark.parametrize(
    ("addresses", "said"),
    [
        ("", "Say at least one address."),
        (" , ;", "Say at least one address."),
        ("alice@example.org, bea", "“bea” is not an e-mail address we can use"),
        (",".join(f"a{n}@example.org" for n in range(26)), "to 25 addresses at most"),
    ],
)
def test_what_cannot_be_sent_says_why_and_keeps_what_was_written(
    alice, draft, sink, addresses, said
):
    answer = send(alice, draft, addresses=addresses)
    assert said in answer.text
    assert addresses.strip() in answer.text
    assert sink.taken == []


def test_addresses_are_kept_as_a_group_for_the_next_test(alice, draft, sink):
    answer = send(
        alice, draft, addresses="bea@example.org, carl@example.org", name="Editors", keep="yes"
    )
    assert "“Editors” is kept." in answer.text
    kept = TestGroup.objects.get()
    assert kept.addresses == ["bea@example.org", "carl@example.org"]
    assert sink.taken == []
    answer = send(alice, draft, addresses="dan@example.org", name="editors", keep="yes")
    assert "“editors” has these addresses now." in answer.text
    kept.refresh_from_db()
    assert (kept.name, kept.addresses) == ("editors", ["dan@example.org"])


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"addresses": "bea@example.org"}, "Give the group a name."),
        ({"name": "Editors"}, "Say at least one address."),
    ],
)
def test_a_group_needs_a_name_and_somebody_in_it(alice, draft, values, said):
    assert said in send(alice, draft, keep="yes", **values).text
    assert not TestGroup.objects.exists()


def test_a_group_is_forgotten_and_its_addresses_shown_once_more(alice, draft):
    address = reverse("sending:forget_test_group", args=[draft.pk, group(draft.workspace).pk])
    answer = alice.post(address, headers={"HX-Request": "true"})
    assert "“Editors” is forgotten." in answer.text
    assert "bea@example.org, carl@example.org" in answer.text
    assert not TestGroup.objects.exists()


def test_groups_are_of_one_workspace(alice, draft, sink):
    other = group(world.make_workspace())
    answer = send(alice, draft, addresses="alice@example.org", groups=[other.pk])
    assert "not one of the available choices" in answer.text
    assert sink.taken == []
    address = reverse("sending:forget_test_group", args=[draft.pk, other.pk])
    assert alice.post(address).status_code == 404
    assert TestGroup.objects.exists()


def test_pressing_enter_sends_and_forgets_nothing(alice, draft):
    """A browser takes the first button of a form."""
    group(draft.workspace)
    page = alice.get(reverse("sending:confirm", args=[draft.pk])).text
    form = page[page.index('<form id="test"') :]
    assert "Send the test" in form[form.index("<button") : form.index("</button>")]


def test_a_stranger_tests_nothing(stranger, draft, sink):
    stage.make_people(draft.workspace, draft.lists.get(), 1)
    assert send(stranger, draft, addresses="alice@example.org").status_code == 404
    assert sink.taken == []


def test_who_is_erased_leaves_the_groups_of_their_workspace(workspace):
    both, alone = group(workspace), group(workspace, "Bea", ["Bea@example.org"])
    elsewhere = group(world.make_workspace())
    bea = world.make_contact(workspace, email="bea@example.org")
    forgetting.forget([bea.pk])
    both.refresh_from_db()
    elsewhere.refresh_from_db()
    assert both.addresses == ["carl@example.org"]
    assert len(elsewhere.addresses) == 2
    assert not TestGroup.objects.filter(pk=alone.pk).exists()


def test_contacts_are_offered_by_what_is_written(alice, stranger, draft):
    world.make_contact(draft.workspace, email="ada@example.com", first_name="Ada")
    world.make_contact(draft.workspace, email="bob@example.com", first_name="Bob")
    address = reverse("sending:test_people", args=[draft.pk])
    answer = alice.get(address, {"contact": "ad"}).text
    assert '<option value="ada@example.com">Ada' in answer
    assert "bob@" not in answer
    assert "bob@" in alice.get(address).text
    assert stranger.get(address).status_code == 404


@pytest.mark.parametrize("subject", ["{{ first_name | nothing }}", "Hello"])
def test_a_test_that_fails_leaves_no_connection_behind(draft, sink, monkeypatch, subject):
    closed = []

    def close(mailer, real=SmtpMailer.close):
        closed.append(mailer)
        real(mailer)

    monkeypatch.setattr(SmtpMailer, "close", close)
    draft.subject = subject
    sink.greeting = "554 5.3.2 closed"
    with pytest.raises(mailing.TestError):
        mailing.send(draft, ["alice@example.org"], None)
    assert len(closed) == 1
