"""A form fills no mailboxes, and serves the pages it is meant for."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns.audience.models import SignUp, SignUpForm
from campaigns.audience.sign_ups import crowding, proof_of_work, signing_up
from tests import world
from tests.audience.sign_ups.filling_in import EMAIL, proof, sign_up

pytestmark = pytest.mark.django_db


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
