"""Recipients leave, take it back and choose; looking never does any of it."""

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse

from campaigns.audience import forgetting, recipient_links, tokens, unsubscribing
from campaigns.audience.models import Consent, Contact, Subscription, Suppression, Unsubscription
from tests import world
from tracking import keys
from tracking.models import Muted
from tracking.tokens import Kind, Mode, Token

PAGES = ["unsubscribe", "one_click", "preferences"]
POSTS = [
    "unsubscribe",
    "one_click",
    "undo_unsubscribe",
    "stop_mail",
    "preferences",
    "own_measuring",
]


def url(name, token):
    return reverse(f"audience:{name}", args=[token])


def on(contact):
    return sorted(contact.subscriptions.subscribed().values_list("list__name", flat=True))


def state():
    """Everything that a recipient's page could change."""
    return [
        list(model.objects.order_by("pk").values())
        for model in (Contact, Subscription, Unsubscription, Suppression, Muted)
    ]


def test_links_in_mails_lead_to_these_pages(settings):
    settings.PUBLIC_URL = "https://news.example"
    for name, link in (
        ("unsubscribe", recipient_links.unsubscribe_url),
        ("one_click", recipient_links.one_click_url),
        ("preferences", recipient_links.preferences_url),
    ):
        assert link("AbC-_9") == "https://news.example" + url(name, "AbC-_9")


@pytest.mark.parametrize("name", POSTS)
@pytest.mark.parametrize("method", ["get", "head", "options", "put", "delete", "patch"])
def test_only_a_post_changes_anything(client, token, name, method):
    before = state()
    response = getattr(client, method)(url(name, token))
    assert response.status_code in {200, 405}
    assert state() == before


@pytest.mark.parametrize("name", PAGES)
def test_pages_set_no_cookie_and_keep_the_token_to_themselves(client, token, name):
    response = client.get(url(name, token))
    assert not response.cookies
    assert response["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response["Cache-Control"]
    assert "noindex" in response.content.decode()


def test_the_page_shows_who_and_what_and_not_more(client, token):
    page = client.get(url("unsubscribe", token)).content.decode()
    assert "a•••@e•••.com" in page and "ann@example.com" not in page
    assert "News" in page and "Offers" not in page


def test_leaving_and_taking_it_back(client, ann, token):
    page = client.post(url("unsubscribe", token), follow=True)
    assert "You are unsubscribed" in page.content.decode()
    assert on(ann) == ["Offers"]
    row = Unsubscription.objects.get()
    assert (row.contact, row.campaign_id, row.delivery_id, row.source) == (ann, 70, 700, "page")
    client.post(url("unsubscribe", token))
    assert Unsubscription.objects.count() == 1
    page = client.post(url("undo_unsubscribe", token), follow=True)
    assert on(ann) == ["News", "Offers"]
    assert "You are unsubscribed" not in page.content.decode()
    assert not Unsubscription.objects.standing().exists()


def test_stopping_everything_and_taking_it_back(client, ann, token):
    client.post(url("unsubscribe", token))
    page = client.post(url("stop_mail", token), follow=True).content.decode()
    assert "gets no more mail" in page
    assert on(ann) == []
    assert Suppression.objects.get().reason == "unsubscribed_all"
    client.post(url("undo_unsubscribe", token))
    assert on(ann) == ["News", "Offers"] and not Suppression.objects.exists()


BOUNDARY = "multipart/form-data; boundary=x"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"List-Unsubscribe=One-Click", "application/x-www-form-urlencoded"),
        (
            b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\n'
            b"One-Click\r\n--x--\r\n",
            BOUNDARY,
        ),
        (b"", "application/x-www-form-urlencoded"),
        (b"\xff\x00 broken", BOUNDARY),
    ],
)
def test_one_click_needs_no_cookie_and_no_second_step(ann, token, body, content_type):
    strict = Client(enforce_csrf_checks=True)
    response = strict.post(url("one_click", token), body, content_type=content_type)
    assert response.status_code == 200 and not response.cookies
    assert on(ann) == ["Offers"]
    assert Unsubscription.objects.get().source == "one_click"


def test_all_forms_work_without_cookies(ann, token):
    strict = Client(enforce_csrf_checks=True)
    for name in POSTS:
        assert strict.post(url(name, token)).status_code in {200, 302}


def test_preferences_choose_among_ones_own_lists_only(client, workspace, ann, lists, token):
    other = world.make_list(workspace, name="Secret")
    page = client.get(url("preferences", token)).content.decode()
    assert "News" in page and "Offers" in page and "Secret" not in page
    values = {"list": [lists[1].pk, other.pk, "nonsense", "9" * 30]}
    client.post(url("preferences", token), values)
    assert on(ann) == ["Offers"]
    assert Unsubscription.objects.get().campaign_id == 70
    client.post(url("preferences", token), {"list": [lists[0].pk, lists[1].pk]})
    assert on(ann) == ["News", "Offers"]
    assert not Unsubscription.objects.standing().exists()


def test_what_is_no_number_of_a_list_is_passed_over(client, ann, lists, token):
    sent = {"list": [str(lists[0].pk), "9" * 5_000, "²", ""]}
    assert client.post(url("preferences", token), sent).status_code == 302
    assert on(ann) == [lists[0].name]


def test_choosing_a_list_again_takes_back_stopping_everything(client, ann, lists, token):
    client.post(url("stop_mail", token))
    client.post(url("preferences", token), {"list": [lists[0].pk]})
    assert on(ann) == ["News"] and not Suppression.objects.exists()


@pytest.mark.parametrize(
    ("policy", "said", "words"),
    [
        ("consent", "granted", "recorded for you"),
        ("consent", "unknown", "Only totals"),
        ("consent", "refused", "Nothing: mails to you"),
        ("consent", "granted", "only the day of the first time stays"),
        ("strict", "unknown", "Nothing: mails to you"),
        ("opt_out", "unknown", "recorded for you"),
        ("opt_out", "withdrawn", "Nothing: mails to you"),
    ],
)
def test_preferences_say_what_is_recorded(client, workspace, ann, token, policy, said, words):
    type(workspace).objects.filter(pk=workspace.pk).update(policy=policy)
    Contact.objects.filter(pk=ann.pk).update(measuring=said)
    assert words in client.get(url("preferences", token)).content.decode()


def test_recipients_agree_and_take_it_back(client, ann, token):
    client.post(url("own_measuring", token), {"answer": "yes"})
    client.post(url("own_measuring", token), {"answer": "yes"})
    client.post(url("own_measuring", token), {"answer": "nonsense"})
    ann.refresh_from_db()
    assert (ann.measuring, ann.consent_epoch) == (Consent.GRANTED, 0)
    client.post(url("own_measuring", token), {"answer": "no"})
    ann.refresh_from_db()
    assert (ann.measuring, ann.consent_epoch) == (Consent.WITHDRAWN, 1)
    assert Muted.objects.get().epoch == 1
    ledger = ann.consent_entries.order_by("pk")
    assert [(e.state, e.source) for e in ledger] == [
        ("granted", "preferences"),
        ("withdrawn", "preferences"),
    ]
    assert ledger[0].evidence == {"campaign": 70} and ledger[0].purpose == "both"
    assert ledger[0].notice and "open our mails" in ledger[0].notice.text


def test_recipients_agree_to_one_purpose_and_not_to_the_other(client, ann, token):
    client.post(url("own_measuring", token), {"answer": "yes", "purpose": "clicks"})
    client.post(url("own_measuring", token), {"answer": "yes", "purpose": "nonsense"})
    client.post(url("own_measuring", token), {"answer": "no", "purpose": "opens"})
    ann.refresh_from_db()
    assert (ann.measuring, ann.measuring_clicks) == ("refused", "granted")
    lines = [(e.purpose, e.state) for e in ann.consent_entries.order_by("pk")]
    assert lines == [("clicks", "granted"), ("opens", "refused")]
    page = client.get(url("preferences", token)).content.decode()
    assert "mails to you have no counting image" in page
    assert "which mail and link, when" in page


def test_preferences_heed_what_the_browser_asks(client, token):
    words = "Your browser asks not to be tracked"
    assert words not in client.get(url("preferences", token)).content.decode()
    page = client.get(url("preferences", token), headers={"Sec-GPC": "1"}).content.decode()
    assert words in page


@pytest.mark.parametrize("name", POSTS)
@pytest.mark.parametrize("method", ["get", "post"])
def test_forged_tokens_lead_nowhere(client, ann, token, name, method):
    flipped = token[:-1] + ("A" if token[-1] != "A" else "Q")
    for bad in (flipped, "x", "0", "%00", "a" * 500, "é", f"{ann.pk}"):
        before = state()
        response = getattr(client, method)(url(name, bad))
        assert response.status_code in {404, 405}
        assert state() == before


def test_tracking_tokens_do_not_unsubscribe(client, ann, token):
    about_ann = Token(
        campaign_id=70, delivery_id=700, contact_id=ann.pk, epoch=0, mode=Mode.INDIVIDUAL
    )
    for kind in Kind:
        forged = keys.signer().sign(kind, about_ann)
        assert client.post(url("unsubscribe", forged)).status_code == 404
        assert client.get(url("preferences", forged)).status_code == 404
    assert on(ann) == ["News", "Offers"]


def test_a_token_reaches_nobody_else(client, workspace, ann, lists, token):
    bob = world.make_contact(workspace, on=lists[0], email="bob@example.com")
    for name in POSTS:
        client.post(url(name, token), {"answer": "no"})
    bob.refresh_from_db()
    assert on(bob) == ["News"] and bob.measuring == Consent.UNKNOWN


@pytest.mark.parametrize("name", POSTS)
def test_test_mails_and_erased_people_are_told_so(client, ann, token, name):
    forgetting.forget([ann.pk])
    for nobody in (tokens.unsubscribe_token(0), token):
        before = state()
        response = client.post(url(name, nobody), follow=True)
        assert response.status_code == 200
        assert state() == before
    page = client.get(url("unsubscribe", tokens.unsubscribe_token(0))).content.decode()
    assert "from a test" in page


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", POSTS)
def test_without_a_database_nothing_is_called_done(client, token, name):
    with pytest.raises(OperationalError), connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    response = client.post(url(name, token))
    assert response.status_code == 503 and int(response["Retry-After"]) > 0
    assert "try again" in response.content.decode()
    connection.close()
    assert not Unsubscription.objects.exists()


def test_forgetting_leaves_a_count_and_a_fingerprint(workspace, ann, token):
    unsubscribing.unsubscribe(ann.pk, 70, 700, "page")
    forgetting.forget([ann.pk])
    assert not Contact.objects.exists() and not Subscription.objects.exists()
    row = Unsubscription.objects.get()
    assert (row.campaign_id, row.contact, row.delivery_id) == (70, None, None)
    assert Suppression.objects.get().reason == "erased"
