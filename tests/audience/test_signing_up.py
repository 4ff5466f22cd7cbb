"""People sign up by a form, and are on the list once they have confirmed by mail."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns.audience import (
    crowding,
    forgetting,
    letters,
    proof_of_work,
    signing_up,
    suppression,
    tasks,
)
from campaigns.audience.models import (
    Consent,
    ConsentEntry,
    Contact,
    Field,
    Purpose,
    SignUp,
    SignUpForm,
    Subscription,
    Suppression,
)
from tests import world

pytestmark = pytest.mark.django_db

EMAIL = "ann@example.com"


@pytest.fixture
def form(workspace, sender):
    return SignUpForm.objects.create(
        workspace=workspace,
        list=world.make_list(workspace, name="News"),
        sender=sender,
        key="key",
        is_open=True,
    )


@pytest.fixture(autouse=True)
def mailed(monkeypatch):
    """Letters, as they are handed to the room that posts them."""
    kept: list[letters.Letter] = []

    def post(letter):
        kept.append(letter)
        return True

    monkeypatch.setattr(letters, "_post", [post])
    return kept


@pytest.fixture(autouse=True)
def rung(monkeypatch):
    """Doorbells: a worker answers at once."""
    monkeypatch.setattr(tasks.mail_sign_up, "delay_on_commit", signing_up.mail)
    monkeypatch.setattr(tasks.welcome, "delay_on_commit", signing_up.welcome)


@pytest.fixture(autouse=True)
def _no_memory():
    from django.core.cache import cache

    cache.clear()


def sign_up(client, form, email=EMAIL, **values):
    return client.post(reverse("audience:join", args=[form.key]), {"email": email, **values})


def link(mailed):
    found = re.search(r"/join/confirm/\S+", mailed[-1].text)
    assert found is not None
    return found[0]


def proof(given):
    answer = 0
    while int.from_bytes(hashlib.sha256(f"{given}:{answer}".encode()).digest()[:4], "big") >> (
        32 - proof_of_work.BITS
    ):
        answer += 1
    return {"challenge": given, "proof": str(answer)}


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


def test_an_address_gets_three_mails_a_day_from_all_forms(client, form, mailed, workspace):
    other = SignUpForm.objects.create(
        workspace=workspace,
        list=world.make_list(workspace),
        sender=form.sender,
        key="other",
        is_open=True,
    )
    for one in (form, other, form, other, form):
        assert sign_up(client, one, EMAIL.upper()).status_code == 302
    assert len(mailed) == signing_up.MAILS_A_DAY
    past = timezone.now() - timedelta(days=2)
    for row in SignUp.objects.all():
        row.mailed_at = [past for _ in row.mailed_at]
        row.save()
    sign_up(client, form)
    assert len(mailed) == signing_up.MAILS_A_DAY + 1


def test_one_asker_fills_no_mailboxes(client, form, mailed):
    answers = [sign_up(client, form, f"p{n}@example.com").status_code for n in range(8)]
    most = crowding.OF_ASKER[False]
    assert answers == [302] * most + [429] * (8 - most)
    assert SignUp.objects.count() == most


def test_a_proof_of_work_is_a_wider_limit_and_of_use_once(client, form, mailed):
    for n in range(crowding.OF_ASKER[False]):
        sign_up(client, form, f"p{n}@example.com")
    page = client.get(reverse("audience:join", args=["key"])).text
    given = re.search(r'data-challenge="([^"]+)"', page)
    assert given is not None
    shown = proof(given[1])
    assert sign_up(client, form, "a@example.com", **shown).status_code == 302
    assert sign_up(client, form, "b@example.com", **shown).status_code == 429


@pytest.mark.parametrize(
    "wrong", [{"proof": "1"}, {"proof": "x"}, {"challenge": "made:up:here"}, {"proof": ""}]
)
def test_what_is_no_proof_is_none(form, wrong):
    values = proof(proof_of_work.challenge()) | wrong
    assert not proof_of_work.is_proof(values["challenge"], values["proof"])


def test_a_form_has_a_limit_for_all_together(client, form, monkeypatch):
    monkeypatch.setattr(crowding, "OF_FORM", {True: 3, False: 3})
    answers = [
        client.post(
            reverse("audience:join", args=["key"]),
            {"email": f"p{n}@example.com"},
            REMOTE_ADDR=f"203.0.113.{n}",
        ).status_code
        for n in range(4)
    ]
    assert answers == [302, 302, 302, 429]


def test_who_fills_in_the_trap_gets_the_same_answer_and_nothing_else(client, form, mailed):
    assert sign_up(client, form, website="https://spam.example").url == "/join/key/asked/"
    assert not SignUp.objects.exists()


def test_any_site_may_post_it_and_no_cookie_comes_back(form):
    browser = Client(enforce_csrf_checks=True)
    answer = browser.post(
        reverse("audience:join", args=["key"]),
        {"email": EMAIL},
        headers={"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 302
    assert not answer.cookies


def test_only_the_framed_form_may_be_framed_and_only_by_named_pages(client, form):
    SignUpForm.objects.update(frame_origins=["https://www.example.org"])
    framed = client.get(reverse("audience:framed_join", args=["key"]))
    policy = framed["Content-Security-Policy"]
    assert "frame-ancestors 'self' https://www.example.org" in policy
    assert "X-Frame-Options" not in framed
    hosted = client.get(reverse("audience:join", args=["key"]))
    assert "example.org" not in hosted["Content-Security-Policy"]
    assert hosted["X-Frame-Options"] == "SAMEORIGIN"
    answer = client.post(reverse("audience:framed_join", args=["key"]), {"email": EMAIL})
    assert "example.org" in client.get(answer.url)["Content-Security-Policy"]


def test_fields_are_asked_checked_and_kept(client, form, mailed, workspace):
    Field.objects.create(workspace=workspace, key="age", label="Age", kind="number")
    colours = {"kind": "choice", "choices": ["red", "blue"]}
    Field.objects.create(workspace=workspace, key="colour", label="Colour", **colours)
    SignUpForm.objects.update(fields=["colour", "age"], asks_name=True)
    wrong = sign_up(client, form, field_age="old", field_colour="green")
    assert wrong.status_code == 422
    assert not SignUp.objects.exists()
    sign_up(client, form, first_name="Ann", field_age="41", field_colour="blue")
    client.post(link(mailed))
    contact = Contact.objects.get()
    assert (contact.first_name, contact.fields) == ("Ann", {"age": 41, "colour": "blue"})


def test_what_is_known_of_somebody_is_not_overwritten_by_a_form(client, form, mailed):
    SignUpForm.objects.update(asks_name=True)
    world.make_contact(form.workspace, email=EMAIL, first_name="Ann")
    sign_up(client, form, first_name="Eve", last_name="Field")
    client.post(link(mailed))
    contact = Contact.objects.get()
    assert (contact.first_name, contact.last_name) == ("Ann", "Field")


def test_links_expire_and_so_do_sign_ups(client, form, mailed, monkeypatch):
    sign_up(client, form)
    path = link(mailed)
    SignUp.objects.update(asked_at=timezone.now() - signing_up.KEPT - timedelta(hours=1))
    assert signing_up.expire() == 1
    gone = client.post(path)
    assert (gone.status_code, Contact.objects.count()) == (410, 0)
    assert "has expired" in gone.text


@pytest.mark.parametrize("closed", [{"is_open": False}, {"sender": None}])
def test_a_closed_form_takes_nobody(client, form, closed):
    SignUpForm.objects.update(**closed)
    assert sign_up(client, form).status_code == 410
    assert not SignUp.objects.exists()


def test_a_mail_that_no_server_took_is_tried_again_within_the_limit(client, form, monkeypatch):
    monkeypatch.setattr(letters, "_post", [lambda letter: False])
    sign_up(client, form)
    SignUp.objects.update(asked_at=timezone.now() - timedelta(minutes=5))
    for _ in range(5):
        for pk in signing_up.unmailed():
            signing_up.mail(pk)
    row = SignUp.objects.get()
    assert (len(row.mailed_at), row.wants_mail) == (signing_up.MAILS_A_DAY, False)


def test_erasing_forgets_the_sign_up_too(client, form, mailed):
    sign_up(client, form)
    client.post(link(mailed))
    forgetting.forget([Contact.objects.get().pk])
    assert not SignUp.objects.exists()


def test_texts_are_the_member_s_where_there_are_some(client, form, mailed):
    SignUpForm.objects.update(
        title="Tulips by mail", confirm_subject="One more step", confirm_text="Press it, please."
    )
    assert "Tulips by mail" in client.get(reverse("audience:join", args=["key"])).text
    sign_up(client, form)
    assert mailed[-1].subject == "One more step"
    assert "Press it, please." in mailed[-1].text
    assert form.workspace.postal_address in mailed[-1].text
