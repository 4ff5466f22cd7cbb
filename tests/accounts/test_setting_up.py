"""First start: one set-up, whoever else tries."""

import threading

import pytest
from django.db import connection
from django.test import Client

from campaigns.accounts import setting_up
from campaigns.accounts.models import Member, Provider, Sender, User, Workspace

FORM = {
    "name": "Acme",
    "email": "Alice@Example.org",
    "password": "an unlikely sentence 77",
    "postal_address": "1 Main Street\nSpringfield",
    "policy": "consent",
    "time_zone": "Europe/Amsterdam",
    "language": "nl",
}


def test_every_page_of_an_empty_house_leads_to_the_set_up(db, client: Client):
    for path in ("/", "/settings/", "/sign-in/", "/workspaces/1/switch/"):
        response = client.get(path)
        assert (response.status_code, response["Location"]) == (302, "/setup/"), path


def test_the_set_up_page_explains_each_way_of_measuring(db, client: Client):
    page = client.get("/setup/").content.decode()
    for words in ("Nothing until a person agrees", "only totals for the others", "unless they"):
        assert words in page
    assert "This is not legal advice" in page
    assert 'value="consent"' in page.partition("checked")[0][-200:]


def test_setting_up_furnishes_the_house_and_signs_the_owner_in(db, client: Client):
    response = client.post("/setup/", FORM)
    assert (response.status_code, response["Location"]) == (302, "/")
    workspace = Workspace.objects.get()
    assert (workspace.name, workspace.policy) == ("Acme", "consent")
    assert (workspace.time_zone, workspace.language) == ("Europe/Amsterdam", "nl")
    owner = User.objects.get()
    assert owner.check_password(FORM["password"])
    assert Member.objects.get().role == Member.Role.OWNER
    sender = Sender.objects.get()
    assert sender.provider.kind == Provider.Kind.INBOX
    assert (sender.name, sender.email) == ("Acme", "Alice@example.org")
    assert client.get("/settings/").status_code == 200
    assert workspace.audit.get().action == "set_up"


def test_passwords_are_kept_by_argon2(db, client: Client, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    client.post("/setup/", FORM)
    assert User.objects.get().password.startswith("argon2$argon2id$")


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("password", "password123", "too common"),
        ("password", "alice@example.org", "too similar"),
        ("password", "short", "too short"),
        ("email", "nobody", "not an e-mail address"),
        ("name", "Acme\r\nBcc: x@example.org", "on one line"),
        ("policy", "everything", "not one of the available choices"),
        ("time_zone", "Mars/Olympus", "not one of the available choices"),
        ("postal_address", "", "required"),
    ],
)
def test_a_wrong_entry_is_said_at_its_field_and_loses_nothing(
    db, client: Client, field, value, words
):
    response = client.post("/setup/", FORM | {field: value})
    assert any(words in error for error in response.context["form"].errors[field])
    assert not Workspace.objects.exists()
    if field != "name":
        assert 'value="Acme"' in response.content.decode()


def test_afterwards_the_set_up_is_shut(client: Client, workspace):
    assert client.get("/setup/")["Location"] == "/sign-in/"
    assert client.post("/setup/", FORM)["Location"] == "/sign-in/"
    assert Workspace.objects.get() == workspace
    assert not User.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_many_browsers_at_once_exactly_one_sets_up():
    barrier = threading.Barrier(6)
    outcomes: list[str] = []

    def try_it(number: int) -> None:
        barrier.wait()
        try:
            setting_up.set_up(
                Workspace(name=f"House {number}", postal_address="x"),
                email=f"owner{number}@example.org",
                password="an unlikely sentence",
            )
            outcomes.append("in")
        except setting_up.AlreadySetUpError:
            outcomes.append("late")
        finally:
            connection.close()

    threads = [threading.Thread(target=try_it, args=[n]) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["in", *["late"] * 5]
    assert (Workspace.objects.count(), User.objects.count(), Sender.objects.count()) == (1, 1, 1)
