"""Only keys open the API: made and revoked by owners, within scopes, counted, and never logged."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db.models import F
from django.test import Client

from campaigns.accounts import guessing, membership
from campaigns.accounts.api_keys import making
from campaigns.accounts.models import ApiKey, AuditEntry, KeyUse, Member, User
from tests import world
from tests.api import programs
from tests.api.test_reading import problem

pytestmark = pytest.mark.django_db

PAGE = "/settings/keys/"
LISTS = "/api/v1/lists"


def make_key(browser: Client, **fields) -> str:
    """Make a key on the page, and return what the page shows."""
    page = browser.post(PAGE, {"name": "Web shop", "scopes": ["lists:read"]} | fields)
    assert page.status_code == 200 and page["Cache-Control"] == "no-store"
    text = page.text.partition('value="candid_')[2].partition('"')[0]
    return f"candid_{text}"


def test_an_owner_makes_a_key_that_is_shown_once_and_kept_as_a_fingerprint(alice, workspace):
    text = make_key(alice)
    assert programs.with_key(text).get(LISTS).status_code == 200
    assert text not in alice.get(PAGE).text
    key = ApiKey.objects.get()
    assert text.startswith(key.beginning) and len(key.beginning) < 16
    assert bytes(key.digest) == making.digest(text)
    entry = AuditEntry.objects.get(action="api_key_made")
    assert entry.details == {"key": key.pk, "scopes": ["lists:read"]}
    assert text not in str(entry.details)


def test_a_key_that_is_revoked_opens_nothing_from_then_on(alice, workspace):
    program = programs.with_key(make_key(alice))
    key = ApiKey.objects.get()
    assert alice.post(f"{PAGE}{key.pk}/revoke/").status_code == 302
    refused = program.get(LISTS)
    assert refused.status_code == 401
    problem(refused, "key-needed")
    assert refused["WWW-Authenticate"].startswith("Bearer")
    assert AuditEntry.objects.filter(action="api_key_revoked").count() == 1
    alice.post(f"{PAGE}{key.pk}/revoke/")
    assert AuditEntry.objects.filter(action="api_key_revoked").count() == 1


def test_a_key_needs_a_name_and_something_that_it_may_do(alice):
    assert alice.post(PAGE, {"name": "", "scopes": []}).status_code == 422
    assert alice.post(PAGE, {"name": "x", "scopes": ["everything"]}).status_code == 422
    assert not ApiKey.objects.exists()


def test_a_key_does_what_its_scopes_say_and_no_more(program_with):
    refused = program_with("lists:read").get("/api/v1/contacts")
    assert refused.status_code == 403
    assert "contacts:read" in problem(refused, "not-allowed")["detail"]


def test_a_key_stops_with_its_member(workspace, member):
    world.make_member(workspace, email="owner2@example.org")
    mine = Member.objects.get(user=member)
    program = programs.of(mine)
    assert program.get(LISTS).status_code == 200
    membership.remove(mine)
    assert program.get(LISTS).status_code == 401


def test_a_key_opens_nothing_while_its_member_may_not_sign_in(program, member, workspace):
    world.make_member(workspace, email="owner2@example.org")
    browser = Client()
    browser.force_login(User.objects.get(email="owner2@example.org"))
    assert "Open</" in browser.get(PAGE).text
    User.objects.filter(pk=member.pk).update(is_active=False)
    assert program.get(LISTS).status_code == 401
    page = browser.get(PAGE).text
    assert "Its member may not sign in" in page and "Open</" not in page
    assert "/revoke/" in page, "it would open again with them"
    User.objects.filter(pk=member.pk).update(is_active=True)
    assert program.get(LISTS).status_code == 200


def test_a_session_opens_nothing_and_a_key_no_page(alice, program, workspace):
    assert alice.get(LISTS).status_code == 401
    assert program.get("/lists/").status_code == 302


@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer candid_wrong", "Bearer " + "x" * 5000]
)
def test_what_is_no_key_opens_nothing(client, given):
    assert client.get(LISTS, headers={"Authorization": given}).status_code == 401


def test_whoever_asks_more_than_its_share_is_told_how_long_to_wait(program, workspace, settings):
    settings.API_REQUESTS_A_MINUTE = 3
    assert program.get(LISTS).status_code == 200
    # As if the minute turned: who began in the one before counts with those of the new one.
    KeyUse.objects.update(minute=F("minute") + timedelta(minutes=1))
    assert [program.get(LISTS).status_code for _n in range(3)] == [200, 200, 429]
    refused = program.get(LISTS)
    problem(refused, "too-many-requests")
    assert 1 <= int(refused["Retry-After"]) <= 120
    # The minute is over.
    KeyUse.objects.update(minute="2020-01-01T00:00:00Z")
    assert program.get(LISTS).status_code == 200


def test_of_its_use_the_day_is_kept(program, workspace):
    program.get(LISTS)
    use = KeyUse.objects.get()
    assert use.requests == 1
    assert {field.name for field in KeyUse._meta.fields} == {
        "key",
        "minute",
        "requests",
        "last_on",
    }


def test_whoever_tries_keys_has_to_wait(client):
    cache.clear()
    tries = [
        client.get(LISTS, headers={"Authorization": f"Bearer candid_{n}"}).status_code
        for n in range(guessing.MOST + 1)
    ]
    assert tries == [401] * guessing.MOST + [429]


def test_neither_key_nor_address_comes_into_a_log(alice, workspace, caplog):
    caplog.set_level(logging.DEBUG)
    text = make_key(alice)
    program = programs.with_key(text)
    program.get(LISTS)
    programs.send(program, "POST", "/api/v1/contacts/lookup", {"email": "ann@example.com"})
    assert "ann@example.com" not in caplog.text
    assert text not in caplog.text


def test_other_sites_scripts_get_no_leave(program):
    answer = program.get(LISTS, headers={"Origin": "https://evil.example"})
    assert not [name for name in answer.headers if name.startswith("Access-Control")]


def test_the_documentation_needs_no_key_and_nothing_from_elsewhere(client):
    page = client.get("/api/v1/docs")
    assert page.status_code == 200
    assert "GET /api/v1/contacts/{pk}" in page.text
    assert "//cdn" not in page.text and '<script src="http' not in page.text
    schema = client.get("/api/v1/openapi.json").json()
    assert schema["openapi"].startswith("3.1")
    assert schema["paths"]["/api/v1/contacts"]["get"]["x-scopes"] == ["contacts:read"]
