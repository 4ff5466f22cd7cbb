"""Recipients join public lists from their preferences page, confirming by mail as anybody."""

from __future__ import annotations

import pytest
from django.urls import reverse

from campaigns.audience import suppression, tokens
from campaigns.audience.models import ConsentEntry, SignUp, SignUpForm, Subscription
from tests import world
from tests.audience.sign_ups.filling_in import link

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(workspace):
    """Somebody on another list."""
    other = world.make_list(workspace, name="Other")
    return world.make_contact(workspace, on=other, email="ann@example.com")


def page(client, contact):
    return client.get(reverse("audience:preferences", args=[tokens.unsubscribe_token(contact.pk)]))


def join(client, contact, wanted):
    token = tokens.unsubscribe_token(contact.pk)
    return client.post(reverse("audience:own_join", args=[token]), {"list": wanted.pk}, follow=True)


def test_who_joins_is_on_the_list_once_they_confirm_by_mail(client, ann, form, mailed):
    assert "Get “News”" in page(client, ann).text
    asked = join(client, ann, form.list)
    assert "A link is on its way to you" in asked.text
    assert mailed[-1].to == ann.email
    assert not Subscription.objects.filter(list=form.list).exists()
    assert "You are on the list" in client.post(link(mailed)).text
    assert Subscription.objects.subscribed().get(list=form.list).contact == ann
    assert "Get “News”" not in page(client, ann).text


def test_the_ledger_has_the_words_that_stood_on_the_page(client, ann, form, mailed):
    form.notice = "Twice a month, about tulips."
    form.save(update_fields=["notice"])
    assert form.notice in page(client, ann).text
    join(client, ann, form.list)
    client.post(link(mailed))
    line = ConsentEntry.objects.get(contact=ann)
    assert line.notice is not None
    assert (line.notice.text, line.source, line.state) == (form.notice, "form", "granted")


@pytest.mark.parametrize(
    ("closes", "offered"), [({"is_open": False}, False), ({"sender": None}, False), ({}, True)]
)
def test_only_lists_with_an_open_form_are_public(client, ann, form, mailed, closes, offered):
    SignUpForm.objects.update(**closes)
    assert ("Get “News”" in page(client, ann).text) is offered
    join(client, ann, form.list)
    assert bool(mailed) is SignUp.objects.exists() is offered


def test_a_list_that_they_left_is_chosen_above_and_not_offered_anew(client, ann, form, mailed):
    row = Subscription.objects.create(workspace=form.workspace, list=form.list, contact=ann)
    Subscription.objects.filter(pk=row.pk).end()
    assert "Get “News”" not in page(client, ann).text
    join(client, ann, form.list)
    assert not mailed


@pytest.mark.parametrize(
    ("reason", "offered"),
    [("unsubscribed_all", True), ("hard_bounce", False), ("complaint", False)],
)
def test_nothing_is_offered_where_no_mail_can_ask(client, ann, form, mailed, reason, offered):
    suppression.suppress(ann.workspace_id, [ann.fingerprint], reason)
    assert ("Get “News”" in page(client, ann).text) is offered
    join(client, ann, form.list)
    assert bool(mailed) is offered


def test_lists_of_others_are_not_offered(client, form, mailed):
    other = world.make_contact(world.make_workspace())
    assert "Get “News”" not in page(client, other).text
    join(client, other, form.list)
    assert not mailed


def test_looking_and_being_nobody_ask_for_nothing(client, ann, form, mailed):
    token = tokens.unsubscribe_token(ann.pk)
    assert client.get(reverse("audience:own_join", args=[token])).status_code == 405
    nobody = reverse("audience:own_join", args=[tokens.unsubscribe_token(0)])
    assert client.post(nobody, {"list": form.list_id}).status_code == 302
    assert not mailed


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Get “News”"),
        ("nl", "‘News’ krijgen"),
        ("de", "„News“ bekommen"),
        ("fr", "Recevoir «\u00a0News\u00a0»"),
        ("es", "Recibir «News»"),
    ],
)
def test_it_is_offered_and_mailed_in_their_language(client, ann, form, mailed, language, words):
    ann.language = language
    ann.save(update_fields=["language"])
    assert words in page(client, ann).text
    join(client, ann, form.list)
    assert SignUp.objects.get().language == language
