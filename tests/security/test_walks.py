"""Walk every address of the product: as a stranger, signed out, as a reader, without a token.

The routes come from the URLconf, so a new page is walked on the day it is added.
"""

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from campaigns.accounts import roles
from campaigns.accounts.models import AuditEntry, Member
from tests import world
from tests.security import walking
from tests.security.walking import Route
from tests.security.watching import read_to_the_end, written

# What opens by key is walked by `test_api_walks`.
EVERY = [route for route in walking.every() if not route.opens_by_key]

# Open to people who are not signed in: to look at each is to decide it.
PUBLIC = {
    "healthz",
    "readyz",
    "accounts:setup",
    "account_login",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    # Pages for recipients: the token in the address is the key.
    "audience:unsubscribe",
    "audience:one_click",
    "audience:undo_unsubscribe",
    "audience:stay",
    "audience:stop_mail",
    "audience:preferences",
    "audience:own_measuring",
    "audience:own_pause",
    "audience:own_language",
    "audience:own_address",
    "audience:own_reason",
    "audience:own_join",
    "sending:web_version",
    "audience:move",
    "privacy:asking",
    "privacy:everything",
    "privacy:take_away",
    "privacy:erase_me",
    # What a mail shows is fetched by whoever reads it; the name of the file is the key.
    "composing:picture_file",
    # Our own pictures, the same in every house.
    "composing:starter_picture",
    # Sign-up forms: anybody may post them, also from a page elsewhere, and gets a mail at most.
    "audience:join",
    "audience:asked",
    "audience:framed_join",
    "audience:framed_asked",
    "audience:confirm_sign_up",
    # For providers: the secret in the address is the key.
    "sending:provider_events",
    # For members who get report mails: the token in the address is the key.
    "reports:stop_mails",
    # Looks into a mail that anybody pastes, and keeps nothing.
    "composing:public_inspector",
    # The public page of a list, where a member has opened one.
    "composing:public_page",
    "composing:public_rss",
    "composing:public_atom",
    "composing:public_mail",
    "composing:public_frame",
    # For whoever was given the link to a report: the secret in the address is the key.
    "reports:shared",
    # What the API is, for programs and their authors. It says nothing of any workspace.
    "api:docs",
    "api:openapi",
    "api:nowhere",
}

# Take a POST of readers too: it is too long for an address, and changes nothing.
ONLY_LOOK = {"composing:inspector"}

# Take a POST without a CSRF token: what they do, the token in their address allows, and
# recipients have no session of ours that a foreign page could misuse.
WITHOUT_CSRF = {
    "audience:unsubscribe",
    "audience:one_click",
    "audience:undo_unsubscribe",
    "audience:stay",
    "audience:stop_mail",
    "audience:preferences",
    "audience:own_measuring",
    "audience:own_pause",
    "audience:own_language",
    "audience:own_address",
    "audience:own_reason",
    "audience:own_join",
    "sending:web_version",
    "audience:move",
    "privacy:asking",
    "privacy:everything",
    "privacy:take_away",
    "privacy:erase_me",
    # Sign-up forms: anybody may post them, also from a page elsewhere, and gets a mail at most.
    "audience:join",
    "audience:asked",
    "audience:framed_join",
    "audience:framed_asked",
    "audience:confirm_sign_up",
    # For providers: the secret in the address is the key.
    "sending:provider_events",
    # For members who get report mails: the token in the address is the key.
    "reports:stop_mails",
    # Says that there is nothing.
    "api:nowhere",
}

# About the person who is signed in, so readers may use them as well.
ANY_ROLE = {"accounts:switch", "account_logout", "account_change_password"}

# Downloads whose taker is put on record: that, and nothing else, is written.
ON_RECORD = {"archives:download", "audience:export_list"}


def walk(**marks) -> pytest.MarkDecorator:
    chosen = [route for route in EVERY if all(getattr(route, k) == v for k, v in marks.items())]
    return pytest.mark.parametrize("route", chosen, ids=str)


def test_the_watch_sees_writes_and_no_more(workspace):
    with written() as statements:
        list(Member.objects.select_for_update())
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 'DELETE' AS \"UPDATE\" FROM nowhere_update")
    assert statements == []
    with written() as statements:
        world.make_list(workspace)
        AuditEntry.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute("WITH gone AS (DELETE FROM accounts_member RETURNING 1) TABLE gone")
    assert len(statements) == 3


def test_the_walk_sees_the_product():
    names = {route.name for route in EVERY}
    assert {"accounts:settings", "audience:lists", "sending:inbox", "composing:new"} <= names
    assert len(names) == len(EVERY), "two routes share a name"


@walk(has_object=True)
def test_a_member_of_another_workspace_finds_nothing(route: Route, workspace, stranger: Client):
    path = route.path(route.values(workspace))
    statuses = {}
    with written() as statements:
        for method in ("get", "post"):
            statuses[method] = getattr(stranger, method)(path).status_code
    assert set(statuses.values()) <= {404, 405}, statuses
    assert 404 in statuses.values(), statuses
    assert statements == []


@walk(has_objects=True)
def test_an_object_of_ones_own_behind_a_foreign_one_is_no_key(route: Route, workspace, stranger):
    """Two ids in an address: each on its own must belong to the workspace."""
    elsewhere = Member.objects.get(user__email="charlie@example.net").workspace
    for foreign in route.parameters:
        values = route.values(elsewhere) | {foreign: route.values(workspace)[foreign]}
        path = route.path(values)
        assert stranger.get(path).status_code in {404, 405}
        assert stranger.post(path).status_code in {404, 405}


@walk(has_object=True, is_public=False)
def test_its_own_member_finds_it(route: Route, workspace, alice: Client):
    """Else the walk of the stranger would prove nothing."""
    path = route.path(route.values(workspace))
    if alice.get(path).status_code == 405:
        assert alice.post(path, route.data(workspace)).status_code in {200, 302, 409, 422}
    else:
        assert alice.get(path).status_code in {200, 204, 302}


@walk()
def test_without_signing_in_there_is_only_the_door(route: Route, workspace, client: Client):
    assert route.is_public == (route.name in PUBLIC)
    if route.is_public:
        return
    path = route.path(route.values(workspace))
    for method in ("get", "head", "post", "put", "delete"):
        with written() as statements:
            response = getattr(client, method)(path)
        assert response.status_code == 302, method
        assert response["Location"].startswith("/sign-in/?next="), method
        assert statements == []


@walk()
def test_looking_changes_nothing(route: Route, workspace, alice: Client, sender):
    path = route.path(route.values(workspace))
    for method in ("get", "head", "options"):
        with written() as statements:
            response = getattr(alice, method)(path)
            read_to_the_end(response)
        assert response.status_code < 500, method
        if route.name in ON_RECORD:
            statements = [sql for sql in statements if "accounts_auditentry" not in sql]
        assert statements == [], method


@walk(is_public=True)
def test_looking_at_public_pages_changes_nothing(route: Route, workspace, client: Client):
    path = route.path(route.values(workspace))
    for method in ("get", "head", "options"):
        with written() as statements:
            response = getattr(client, method)(path)
            read_to_the_end(response)
        assert response.status_code < 500, method
        assert statements == [], method


@walk()
def test_a_post_without_a_csrf_token_is_refused(route: Route, workspace, member):
    exempt = bool(getattr(route.view, "csrf_exempt", False))
    assert exempt == (route.name in WITHOUT_CSRF)
    if exempt:
        return
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(member)
    path = route.path(route.values(workspace))
    for method in ("post", "put", "patch", "delete"):
        with written() as statements:
            response = getattr(browser, method)(path)
        assert response.status_code == 403, method
        assert statements == []


@walk(is_public=False)
def test_readers_change_nothing(route: Route, workspace):
    assert (not roles.needed(route.view).workspace) == (route.name in ANY_ROLE)
    if route.name in ANY_ROLE:
        return
    browser = Client()
    browser.force_login(world.make_member(workspace, role=Member.Role.READER))
    path = route.path(route.values(workspace))
    with written() as statements:
        response = browser.post(path)
    assert response.status_code == (422 if route.name in ONLY_LOOK else 403)
    assert statements == []
    assert browser.get(path).status_code in {200, 204, 302, 403, 405}


@walk(is_public=False)
def test_removed_members_are_shut_out_at_once(route: Route, workspace, alice: Client):
    path = route.path(route.values(workspace))
    Member.objects.all().delete()
    if route.name in ANY_ROLE - {"accounts:switch"}:
        return
    assert alice.get(path).status_code in {403, 404, 405}
    assert alice.post(path).status_code in {403, 404, 405}
