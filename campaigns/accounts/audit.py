"""Keep a record of who did what. Rows are only ever added, and never hold an address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from campaigns.accounts.models import AuditEntry, Member, User, Workspace

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

# What the audit page says for each action. Higher rooms add theirs in `AppConfig.ready()`.
_LABELS: dict[str, str | StrPromise] = {
    "set_up": _("Set up the workspace"),
    "workspace_changed": _("Changed the workspace's settings"),
    "sender_added": _("Added a sender"),
    "sender_changed": _("Changed a sender"),
    "sender_deleted": _("Deleted a sender"),
    "provider_added": _("Added a provider"),
    "provider_changed": _("Changed a provider"),
    "provider_deleted": _("Deleted a provider"),
    "signing_keys_made": _("Made DKIM keys"),
    "signing_published": _("Found the DKIM records published"),
    "signing_insisted": _("Let mails be signed whatever DNS says"),
    "signing_keys_deleted": _("Deleted DKIM keys"),
    "member_added": _("Added a member"),
    "member_role_changed": _("Changed a member's role"),
    "member_password_set": _("Set a new password for a member"),
    "member_removed": _("Removed a member"),
    "api_key_made": _("Made an API key"),
    "api_key_revoked": _("Revoked an API key"),
    "sign_in_failed": _("Somebody failed to sign in with this member's address"),
}


def record(
    actor: HttpRequest | User | None, workspace: Workspace, action: str, **details: object
) -> None:
    """Add an entry: who (a request stands for its user, None for the system) did what.

    `details` are ids, counts and names of fields: things JSON can hold, and no person's data.
    """
    user = actor.user if isinstance(actor, HttpRequest) else actor
    if isinstance(user, AnonymousUser):
        user = None
    AuditEntry.objects.create(workspace=workspace, user=user, action=action, details=details)


def record_failed_sign_in(address: str) -> None:
    """Add an entry to each workspace of the member with this address, if there is one.

    Neither the address nor the password is kept; whoever tried is not known.
    """
    places = Member.objects.filter(user__email__iexact=address)
    AuditEntry.objects.bulk_create(
        AuditEntry(workspace_id=place.workspace_id, user_id=place.user_id, action="sign_in_failed")
        for place in places
    )


def register_labels(labels: Mapping[str, str | StrPromise]) -> None:
    """Say in words what a higher room's actions are."""
    _LABELS.update(labels)


def label(action: str) -> str:
    """Say what an action is, in words if anybody registered them."""
    return str(_LABELS.get(action) or action.replace("_", " ").capitalize())
