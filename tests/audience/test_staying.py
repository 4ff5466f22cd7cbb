"""A mail asks whether somebody wants to stay: their own yes counts, and nothing else."""

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.audience import (
    forgetting,
    mail_ledger,
    recipient_links,
    suppression,
    tokens,
    unsubscribing,
)
from campaigns.audience.consent import Evidence
from campaigns.audience.models import ConsentEntry, Subscription, Suppression, Unsubscription

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(token):
    return reverse("audience:stay", args=[token])


def on(contact):
    return sorted(contact.subscriptions.subscribed().values_list("list__name", flat=True))


def lines():
    return list(ConsentEntry.objects.filter(purpose="mail").order_by("pk"))


def test_the_link_of_the_mail_leads_here(settings):
    settings.PUBLIC_URL = "https://news.example"
    assert recipient_links.stay_url("AbC") == "https://news.example/u/AbC/stay"
    assert reverse("audience:stay", args=["AbC"]) == "/u/AbC/stay"


@pytest.mark.parametrize("method", ["get", "head", "options", "put", "delete", "patch"])
def test_looking_says_nothing(client, page, method):
    assert getattr(client, method)(page).status_code in {200, 405}
    assert lines() == []


def test_the_page_asks_and_says_what_happens_otherwise(client, workspace, page):
    response = client.get(page)
    assert "Do you still want to hear from us?" in response.text
    assert "a•••@e•••.com" in response.text and "ann@example.com" not in response.text
    assert f"Yes, I want to go on getting mail from {workspace.name} (News)." in response.text
    assert "If you do nothing" in response.text
    assert response["Referrer-Policy"] == "no-referrer" and not response.cookies


def test_a_yes_is_a_line_of_the_ledger_with_the_words_and_the_mail(workspace, ann, lists, page):
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(page, follow=True)
    assert "Thank you: you stay" in answer.text
    [line] = lines()
    assert (line.contact, line.state, line.source) == (ann, "granted", "page")
    assert line.evidence == {
        "list": lists[0].pk,
        "name": "News",
        "basis": "consent",
        "stays": True,
        "campaign": 70,
    }
    assert line.notice.text == (f"Yes, I want to go on getting mail from {workspace.name} (News).")
    strict.post(page)
    assert len(lines()) == 1


def test_who_was_taken_off_meanwhile_is_on_it_again(client, ann, lists, page):
    unsubscribing.unsubscribe_from(ann, lists, Unsubscription.Source.MEMBER)
    assert "Do you still want" in client.get(page).text
    client.post(page)
    assert on(ann) == ["News"]
    assert [line.state for line in lines()] == ["withdrawn", "withdrawn", "granted"]
    assert Unsubscription.objects.standing().get().list == lists[1]


def test_each_mail_that_asks_has_a_yes_of_its_own(client, ann, page):
    client.post(page)
    other = reverse("audience:stay", args=[tokens.unsubscribe_token(ann.pk, 71, 701)])
    assert "Do you still want" in client.get(other).text
    client.post(other)
    assert [line.evidence["campaign"] for line in lines()] == [70, 71]


def test_who_leaves_after_a_yes_is_asked_anew(client, ann, page):
    client.post(page)
    unsubscribing.unsubscribe(ann.pk, 70, 700, Unsubscription.Source.PAGE)
    assert "Do you still want" in client.get(page).text
    assert on(ann) == ["Offers"]


def test_who_stopped_all_mail_may_come_back_by_their_own_word(client, ann, page):
    unsubscribing.stop_everything(ann.pk, 70, 700)
    client.post(page)
    assert on(ann) == ["News"] and not Suppression.objects.exists()


def test_what_others_stopped_stays_stopped_and_is_said(client, workspace, ann, page):
    suppression.suppress(workspace.pk, [ann.fingerprint], Suppression.Reason.MANUAL)
    assert "Mail to you is stopped" in client.post(page, follow=True).text
    assert Suppression.objects.get().reason == "manual"


def test_what_others_stopped_is_said_also_behind_their_own_stop(client, workspace, ann, page):
    unsubscribing.stop_everything(ann.pk, 70, 700)
    suppression.suppress(workspace.pk, [ann.fingerprint], Suppression.Reason.MANUAL)
    assert "Mail to you is stopped" in client.get(page).text


def test_a_newer_line_about_the_list_is_the_last_word(client, ann, lists, page):
    client.post(page)
    mail_ledger.end(ann, lists[:1], Evidence(ConsentEntry.Source.MEMBER))
    client.post(page)
    assert [line.state for line in lines()] == ["granted", "withdrawn", "granted"]


def test_nobody_is_nobody(client, ann, page):
    forgetting.forget([ann.pk])
    assert client.get(page).status_code == 200
    assert client.post(page).status_code == 200
    test_mail = reverse("audience:stay", args=[tokens.unsubscribe_token(0)])
    assert client.post(test_mail).status_code == 200
    assert not Subscription.objects.exists() and lines() == []


def test_a_forged_token_leads_nowhere(client):
    assert client.post(reverse("audience:stay", args=["forged"])).status_code == 404
