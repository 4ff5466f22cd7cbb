"""Furnish an empty house: the first workspace, its owner, its inbox and a first sender."""

from typing import Any

from django.db import connection, transaction

from campaigns.accounts import audit
from campaigns.accounts.models import Member, Provider, Sender, User, Workspace

# Any fixed number: whoever holds this advisory lock is the one who sets up.
_LOCK = 0x43414E444944


class AlreadySetUpError(Exception):
    """Somebody else was first; from now on people sign in."""


def is_set_up() -> bool:
    """Whether a workspace exists: until then every page leads to the set-up page."""
    return Workspace.objects.exists()


def set_up(workspace: Workspace, *, email: str, password: str) -> User:
    """Save the first workspace and return its owner, once however many try at a time.

    Raises `AlreadySetUpError`.
    """
    with transaction.atomic():
        _wait_for_turn()
        if is_set_up():
            raise AlreadySetUpError
        workspace.save()
        owner = User.objects.create_user(email, password)
        Member.objects.create(workspace=workspace, user=owner, role=Member.Role.OWNER)
        furnish(workspace, email=email)
        audit.record(owner, workspace, "set_up", policy=workspace.policy)
    return owner


def furnish(workspace: Workspace, **sender: Any) -> Sender:
    """Give a workspace its local inbox, and a sender that mails into it."""
    inbox = Provider(workspace=workspace, name="Local inbox", kind=Provider.Kind.INBOX)
    inbox.credentials = {}
    inbox.save()
    values = {"name": workspace.name} | sender
    return Sender.objects.create(workspace=workspace, provider=inbox, **values)


def _wait_for_turn() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
