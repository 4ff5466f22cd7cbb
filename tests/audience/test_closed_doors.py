"""Nobody sees or changes another workspace's people, and readers change nothing."""

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.accounts.models import Member
from campaigns.audience import urls
from tests import world
from tests.audience.files import import_file, make_import

PUBLIC = {
    "unsubscribe",
    "one_click",
    "undo_unsubscribe",
    "stop_mail",
    "preferences",
    "own_measuring",
}
ABOUT_AN_OBJECT = {
    "list",
    "edit_list",
    "delete_list",
    "add_contact",
    "export_list",
    "export_list_xlsx",
    "begin_import",
    "cancel_import",
    "choose_again",
    "undo_import",
    "upload",
    "import",
    "mapping",
    "discard_import",
    "import_remarks",
    "contact",
    "edit_contact",
    "subscribe",
    "unsubscribe_contact",
    "stop_measuring",
}
# Addresses about other objects are walked with all others, in tests/security/test_walks.py.
NAMES = {
    str(pattern.name)
    for pattern in urls.urlpatterns
    if not pattern.pattern.converters or pattern.name in ABOUT_AN_OBJECT
} - PUBLIC


@pytest.fixture
def addresses_of(workspace):
    readers = world.make_list(workspace)
    ann = world.make_contact(workspace, on=readers, email="ann@example.com")
    done = import_file(readers, b"email\nbroken\n")
    waiting = make_import(readers, b"email\nb@example.com\n")

    def address(name):
        if name in {"import", "import_remarks", "undo_import"}:
            return reverse(f"audience:{name}", args=[done.pk])
        if name in {"mapping", "discard_import", "begin_import", "cancel_import", "choose_again"}:
            return reverse(f"audience:{name}", args=[waiting.pk])
        if name == "unsubscribe_contact":
            return reverse(f"audience:{name}", args=[ann.pk, readers.pk])
        if name in {"contact", "edit_contact", "subscribe", "stop_measuring"}:
            return reverse(f"audience:{name}", args=[ann.pk])
        return reverse(f"audience:{name}", args=[readers.pk] if name in ABOUT_AN_OBJECT else [])

    return address


@pytest.mark.parametrize("name", sorted(NAMES & ABOUT_AN_OBJECT))
@pytest.mark.parametrize("method", ["get", "post"])
def test_another_workspace_is_not_there(stranger, addresses_of, name, method):
    response = getattr(stranger, method)(addresses_of(name))
    assert response.status_code in {404, 405}
    other = "post" if method == "get" else "get"
    codes = {response.status_code, getattr(stranger, other)(addresses_of(name)).status_code}
    assert 404 in codes


@pytest.mark.parametrize("name", sorted(NAMES - ABOUT_AN_OBJECT))
def test_lists_of_things_show_only_ones_own(stranger, addresses_of, name):
    response = stranger.get(addresses_of(name))
    assert response.status_code in {200, 302, 405}
    shown = b"".join(response) if response.streaming else response.content
    assert b"ann@example.com" not in shown


@pytest.mark.parametrize("name", sorted(NAMES))
@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_gets_in_without_signing_in(addresses_of, member, name, method):
    response = getattr(Client(), method)(addresses_of(name))
    assert response.status_code in {302, 405}
    if response.status_code == 302:
        assert reverse("account_login") in response.url


@pytest.mark.parametrize("name", sorted(NAMES))
def test_readers_change_nothing(workspace, addresses_of, name):
    reader = Client()
    reader.force_login(world.make_member(workspace, role=Member.Role.READER))
    read_only = {"lists", "list", "export_list", "import", "import_remarks", "contacts", "contact"}
    read_only |= {"suppressions", "export_suppressions", "bulk_edits"}
    read_only |= {"export_ledger", "export_ledger_json"}
    read_only |= {"export_list_xlsx", "export_contacts", "export_contacts_xlsx"}
    response = reader.post(addresses_of(name))
    assert response.status_code in ({403, 405} if name in read_only else {403})


def test_one_workspace_cannot_use_the_other_ones_list(alice, workspace):
    ann = world.make_contact(workspace)
    theirs = world.make_list(world.make_workspace())
    address = reverse("audience:subscribe", args=[ann.pk])
    assert alice.post(address, {"list": theirs.pk, "basis": "consent"}).status_code == 404
    address = reverse("audience:unsubscribe_contact", args=[ann.pk, theirs.pk])
    assert alice.post(address).status_code == 404
