"""People sign up by a form, and are on the list once they have confirmed by mail."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.audience import suppression, tasks, unsubscribing
from campaigns.audience.models import (
    Consent,
    ConsentEntry,
    Contact,
    Purpose,
    SignUp,
    SignUpForm,
    Subscription,
    Suppression,
    Unsubscription,
)
from campaigns.audience.sign_ups import signing_up
from tests import world
from tests.audience.sign_ups.filling_in import EMAIL, link, sign_up

pytestmark = pytest.mark.django_db


def test_form_to_confirmed(client, form, mailed):
    assert "News" in client.get(reverse("audience:join", args=["key"])).text
    asked = sign_up(client, form)
    assert "Look into your mailbox" in client.get(asked.url).text
    assert not Contact.objects.exists()
    assert mailed[-1].to == EMAIL
    confirmed = client.post(link(mailed))
    assert "You are on the list" in confirmed.text
    contact = Contact.objects.get()
    assert (contact.email, contact.subscriptions.subscribed().count()) == (EMAIL, 1)


def test_looking_at_the_link_confirms_nothing(client, form, mailed):
    sign_up(client, form)
    for ask in (client.get, client.head):
        assert ask(link(mailed)).status_code == 200
    assert not Contact.objects.exists()


def test_what_they_agreed_to_is_in_the_ledger_word_for_word(client, form, mailed):
    SignUpForm.objects.update(notice="Twice a month, about tulips.", asks_measuring=True)
    sign_up(client, form, measuring="yes")
    client.post(link(mailed))
    mail, measuring = ConsentEntry.objects.order_by("pk")
    assert (mail.purpose, mail.state, mail.source) == (Purpose.MAIL, Consent.GRANTED, "form")
    assert mail.notice is not None and measuring.notice is not None
    assert mail.notice.text == "Twice a month, about tulips."
    assert mail.notice.sha256 == hashlib.sha256(mail.notice.text.encode()).hexdigest()
    assert (measuring.purpose, measuring.state) == (Purpose.BOTH, Consent.GRANTED)
    assert "May we record" in measuring.notice.text


def test_nobody_is_measured_for_signing_up_alone(client, form, mailed):
    SignUpForm.objects.update(asks_measuring=True)
    sign_up(client, form)
    client.post(link(mailed))
    assert Contact.objects.get().measuring == Consent.UNKNOWN


def test_a_yes_to_a_question_that_the_form_does_not_ask_is_none(client, form, mailed):
    sign_up(client, form, measuring="yes")
    client.post(link(mailed))
    assert Contact.objects.get().measuring == Consent.UNKNOWN


def test_confirming_twice_is_as_good_as_once(client, form, mailed):
    SignUpForm.objects.update(welcome_text="Glad to have you.")
    sign_up(client, form)
    path = link(mailed)
    client.post(path)
    assert "You are on the list" in client.post(path).text
    assert ConsentEntry.objects.count() == 1
    assert [one.subject for one in mailed].count("Welcome to News") == 1
    assert "Glad to have you." in mailed[-1].text
    assert mailed[-1].one_click


@pytest.mark.parametrize("how", [unsubscribing.unsubscribe, unsubscribing.stop_everything])
def test_who_left_since_is_not_told_that_they_are_on_the_list(client, form, mailed, how):
    """A page that a browser opens anew asks nobody back, and takes back no stop."""
    sign_up(client, form)
    path = link(mailed)
    client.post(path)
    contact = Contact.objects.get()
    source = [Unsubscription.Source.PAGE] * (how is unsubscribing.unsubscribe)
    how(contact.pk, None, None, *source)
    stopped = suppression.find(form.workspace_id, EMAIL)
    again = client.post(path)
    assert again.status_code == 410
    assert "Sign up once more" in again.text
    assert suppression.find(form.workspace_id, EMAIL) == stopped
    assert Subscription.objects.get().status == "unsubscribed"


def test_a_link_that_does_not_work_says_so_in_the_language_of_the_form(client, form, mailed):
    sign_up(client, form)
    SignUp.objects.update(language="nl")
    suppression.suppress_domains(form.workspace_id, ["example.com"])
    assert "Deze link is verlopen" in client.post(link(mailed)).text


def test_a_tick_is_there_again_when_the_form_comes_back(client, form):
    SignUpForm.objects.update(asks_measuring=True)
    ticked = 'name="measuring" value="yes" checked'
    assert ticked in sign_up(client, form, "ann@gmial.com", measuring="yes").text
    assert ticked not in sign_up(client, form, "ann@gmial.com").text


@pytest.mark.parametrize("what", ["stopped", "domain", "left", "paused"])
def test_nobody_is_welcomed_whom_a_campaign_would_not_reach(client, form, mailed, rung, what):
    SignUpForm.objects.update(welcome_text="Glad to have you.")
    sign_up(client, form)
    client.post(link(mailed))
    contact = Contact.objects.get()
    mailed.clear()
    match what:
        case "stopped":
            suppression.suppress(form.workspace_id, [contact.fingerprint], "complaint")
        case "domain":
            suppression.suppress_domains(form.workspace_id, [EMAIL.rpartition("@")[2]])
        case "left":
            contact.subscriptions.all().end()
        case "paused":
            Contact.objects.update(paused_until=timezone.now() + timedelta(days=30))
    assert not signing_up.welcome(contact.pk, form.pk)
    assert not mailed


@pytest.mark.parametrize("is_member", [True, False])
def test_the_answer_tells_nobody_who_is_on_the_list(client, form, mailed, is_member):
    if is_member:
        world.make_contact(form.workspace, on=form.list, email=EMAIL)
    answer = sign_up(client, form)
    assert (answer.status_code, answer.url) == (302, "/join/key/asked/")
    assert ("already" in mailed[-1].subject) == is_member


def test_the_answer_costs_the_same_whoever_is_on_the_list(
    client, form, django_assert_num_queries, monkeypatch
):
    monkeypatch.setattr(tasks.mail_sign_up, "delay_on_commit", lambda pk: None)
    world.make_contact(form.workspace, on=form.list, email="known@example.com")
    sign_up(client, form, "first@example.com")
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for email in ("known@example.com", "stranger@example.com"):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            sign_up(client, form, email)
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("reason", ["hard_bounce", "complaint", "manual", "erased"])
def test_a_suppressed_address_is_not_even_asked(client, form, mailed, reason):
    contact = world.make_contact(form.workspace, email=EMAIL)
    suppression.suppress(form.workspace_id, [contact.fingerprint], reason)
    assert sign_up(client, form).url == "/join/key/asked/"
    assert mailed == []


def test_who_stopped_everything_comes_back_by_confirming(client, form, mailed):
    contact = world.make_contact(form.workspace, email=EMAIL)
    reason = Suppression.Reason.UNSUBSCRIBED_ALL
    suppression.suppress(form.workspace_id, [contact.fingerprint], reason)
    sign_up(client, form)
    assert suppression.find(form.workspace_id, EMAIL)
    client.post(link(mailed))
    assert not suppression.find(form.workspace_id, EMAIL)
    assert Subscription.objects.get().status == "subscribed"


def test_who_left_comes_back_by_confirming(client, form, mailed):
    contact = world.make_contact(form.workspace, on=form.list, email=EMAIL)
    contact.subscriptions.all().end()
    sign_up(client, form)
    assert Subscription.objects.get().status == "unsubscribed"
    client.post(link(mailed))
    assert Subscription.objects.get().status == "subscribed"


def test_who_confirmed_and_left_comes_back_by_the_same_form(client, form, mailed):
    for _twice in range(2):
        sign_up(client, form)
        client.post(link(mailed))
        assert Subscription.objects.get().status == "subscribed"
        Subscription.objects.all().end()
