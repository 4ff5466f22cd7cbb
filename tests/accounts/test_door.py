"""Signing in and out, changing and forgetting a password."""

import re
import socket
import threading

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import NoReverseMatch, reverse

from campaigns.accounts import adapter
from campaigns.accounts.models import Member
from tests import world
from tests.world import PASSWORD


@pytest.fixture(autouse=True)
def _no_limits_yet(db):
    cache.clear()


def sign_in(client: Client, password: str = PASSWORD, email: str = "alice@example.org"):
    return client.post("/sign-in/", {"login": email, "password": password})


def test_the_right_password_opens_the_door(client: Client, member):
    response = sign_in(client)
    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.get("/settings/").status_code == 200


def test_the_address_is_known_in_any_case(client: Client, member):
    assert sign_in(client, email="ALICE@EXAMPLE.ORG").status_code == 302


@pytest.mark.parametrize("email", ["alice@example.org", "nobody@example.org"])
def test_a_wrong_password_and_an_unknown_address_look_the_same(client: Client, member, email):
    response = sign_in(client, "wrong", email)
    assert response.status_code == 200
    [error] = response.context["form"].non_field_errors()
    assert error == "The email address and/or password you specified are not correct."
    assert "_auth_user_id" not in client.session


def test_after_five_wrong_passwords_even_the_right_one_has_to_wait(client: Client, member):
    for _ in range(5):
        sign_in(client, "wrong")
    response = sign_in(client)
    assert "_auth_user_id" not in client.session
    assert "Too many failed" in response.content.decode()


def test_limits_keep_no_address_of_who_tried(client: Client, member):
    """The cache is a table: what stands there is at rest."""
    client.post(
        "/sign-in/",
        {"login": "alice@example.org", "password": "wrong"},
        REMOTE_ADDR="203.0.113.7",
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM accounts_cache")
        keys = [key for (key,) in cursor.fetchall()]
    assert any("login" in key for key in keys)
    assert not any("203.0.113.7" in key or "alice" in key for key in keys)


def test_a_failed_sign_in_is_on_record_in_every_workspace_of_the_member(
    client: Client, member, workspace, caplog
):
    second, stranger = world.make_workspace(), world.make_workspace()
    Member.objects.create(workspace=second, user=member, role=Member.Role.READER)
    sign_in(client, "a wrong secret", "Alice@Example.org")
    for one in (workspace, second):
        entry = one.audit.get()
        assert (entry.action, entry.user, entry.details) == ("sign_in_failed", member, {})
    assert not stranger.audit.exists()
    assert "a wrong secret" not in caplog.text
    assert "alice@" not in caplog.text.lower()
    client.force_login(member)
    page = client.get("/settings/audit/").content.decode()
    assert "failed to sign in with this member&#x27;s address" in page


def test_only_real_failures_of_members_are_on_record(client: Client, member, workspace):
    sign_in(client, "wrong", "nobody@example.org")
    sign_in(client)
    assert not workspace.audit.exists()


def test_who_has_to_wait_adds_nothing_to_the_record(client: Client, member, workspace):
    for _ in range(9):
        sign_in(client, "wrong")
    assert workspace.audit.count() == 5


def failures_from(*addresses: str) -> int:
    """Try wrong passwords of many people, each from the next address; count real refusals."""
    tried = 0
    for number, address in enumerate(addresses):
        headers = {"x-forwarded-for": address}
        data = {"login": f"somebody{number}@example.org", "password": "wrong"}
        response = Client().post("/sign-in/", data, headers=headers)
        tried += "are not correct" in response.content.decode()
    return tried


def test_a_forged_forwarded_address_does_not_lift_the_limit(member):
    assert failures_from(*(f"203.0.113.{number}" for number in range(14))) == 10


def test_behind_a_proxy_of_ours_people_are_told_apart(member, settings):
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    assert failures_from(*(f"203.0.113.{number}" for number in range(14))) == 14


def test_the_limit_holds_for_all_web_processes(client: Client, member, settings):
    """A cache per process would give every process its own five tries."""
    assert settings.CACHES["default"]["BACKEND"].endswith("DatabaseCache")


def test_nobody_can_sign_up(client: Client, member):
    with pytest.raises(NoReverseMatch):
        reverse("account_signup")
    assert client.get("/signup/").status_code == 404


def test_signing_in_leads_on_within_the_site_only(client: Client, member):
    data = {"login": "alice@example.org", "password": PASSWORD}
    inside = client.post("/sign-in/?next=/settings/senders/", data)
    assert inside["Location"] == "/settings/senders/"
    client.logout()
    outside = client.post("/sign-in/?next=https://evil.example/", data)
    assert outside["Location"] == "/"


def test_signing_out_takes_a_post(alice: Client):
    assert alice.get("/sign-out/").status_code == 405
    assert alice.get("/settings/").status_code == 200
    assert alice.post("/sign-out/")["Location"] == "/sign-in/"
    assert alice.get("/settings/").status_code == 302


def test_a_new_password_ends_all_other_sessions(alice: Client, member):
    elsewhere = Client()
    elsewhere.force_login(member)
    new = "quite another sentence 5"
    response = alice.post(
        "/settings/password/", {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )
    assert response.status_code == 302
    assert alice.get("/settings/").status_code == 200
    assert elsewhere.get("/settings/").status_code == 302
    assert sign_in(Client(), new).status_code == 302


def test_the_old_password_is_asked_for(alice: Client, member):
    new = "quite another sentence 5"
    alice.post("/settings/password/", {"oldpassword": "x", "password1": new, "password2": new})
    member.refresh_from_db()
    assert member.check_password(PASSWORD)


def test_without_mail_the_page_says_who_to_ask(client: Client, member):
    page = client.get("/password/forgotten/").content.decode()
    assert "Ask an owner of your workspace" in page
    assert client.post("/password/forgotten/", {"email": member.email}).status_code == 200
    assert mail.outbox == []


def test_a_mailed_link_sets_a_new_password_once(client: Client, member, settings):
    settings.SYSTEM_MAIL_URL = "smtp://localhost"
    settings.PUBLIC_URL = "https://news.example.org"
    settings.ALLOWED_HOSTS = ["*"]
    client.post("/password/forgotten/", {"email": member.email}, headers={"host": "evil.example"})
    [letter] = mailed()
    assert "evil" not in f"{letter.subject}{letter.body}"
    [link] = re.findall(r"https://news\.example\.org(/\S+)", str(letter.body))
    page = client.get(link, follow=True)
    new = "quite another sentence 5"
    client.post(page.context["action_url"], {"password1": new, "password2": new})
    member.refresh_from_db()
    assert member.check_password(new)
    assert "_auth_user_id" not in client.session
    assert "no longer works" in Client().get(link, follow=True).content.decode()


def test_an_unknown_address_gets_no_mail_and_the_same_answer(client: Client, member, settings):
    settings.SYSTEM_MAIL_URL = "smtp://localhost"
    known = client.post("/password/forgotten/", {"email": member.email})
    unknown = client.post("/password/forgotten/", {"email": "nobody@example.org"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert [letter.to for letter in mailed()] == [[member.email]]


def test_a_mail_server_that_does_not_answer_tells_nobody_who_is_a_member(
    client: Client, member, settings, caplog
):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    settings.SYSTEM_MAIL_URL = f"smtp://127.0.0.1:{port}"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    answer = client.post("/password/forgotten/", {"email": member.email})
    assert (answer.status_code, answer["Location"]) == (302, "/password/forgotten/sent/")
    mailed()
    assert "could not be handed over (ConnectionRefusedError)" in caplog.text
    assert member.email not in caplog.text


def test_nobody_waits_for_the_mail_server(client: Client, member, settings):
    settings.SYSTEM_MAIL_URL = "smtp://localhost"
    answered = threading.Event()
    adapter.MAILING.submit(answered.wait, 30)
    client.post("/password/forgotten/", {"email": member.email})
    assert mail.outbox == []
    answered.set()
    assert len(mailed()) == 1


def mailed() -> list[mail.EmailMessage]:
    """What was mailed, all of it."""
    adapter.MAILING.submit(int).result(30)
    return mail.outbox
