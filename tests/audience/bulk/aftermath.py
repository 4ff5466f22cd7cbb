"""What bulk edits leave behind, to hold a killed and resumed one against an undisturbed one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from campaigns.accounts.models import Workspace
from campaigns.audience import suppression
from campaigns.audience.bulk import people, running
from campaigns.audience.models import BulkEdit, Contact, Subscription, Suppression
from tests import world


def make_world(count: int) -> Workspace:
    """Make people of whom some are on the list, some have left it, and some are stopped."""
    workspace = world.make_workspace()
    news = world.make_list(workspace, name="News")
    tag = workspace.tags.create(name="vip")
    for n in range(count):
        country = "NL" if n % 2 else "BE"
        contact = world.make_contact(workspace, email=f"p{n}@example.com", country=country)
        if n % 3 == 0:
            Subscription.objects.create(workspace=workspace, list=news, contact=contact)
        if n % 9 == 0:
            contact.subscriptions.all().end()
        if n % 5 == 0:
            contact.taggings.create(workspace=workspace, tag=tag)
        for every, reason in ((7, "complaint"), (11, "manual")):
            if n % every == 0:
                suppression.suppress(workspace.pk, [contact.fingerprint], reason)
    return workspace


def actions(workspace: Workspace) -> Mapping[str, dict[str, Any]]:
    """Return all that can be undone, with what it takes."""
    news, tag = workspace.lists.get(), workspace.tags.get(name="vip")
    action = BulkEdit.Action
    return {
        action.SET_FIELD: {"field": "country", "value": "NL"},
        action.ADD_TAGS: {"tags": [tag.pk]},
        action.REMOVE_TAGS: {"tags": [tag.pk]},
        action.SUBSCRIBE: {"list": news.pk, "basis": "consent", "basis_note": "At the fair"},
        action.UNSUBSCRIBE: {"list": news.pk},
        action.SUPPRESS: {},
    }


def begin(workspace: Workspace, action: str) -> BulkEdit:
    """Let a bulk edit of everybody run; nobody has worked on it yet."""
    edit = people.choose(workspace, None, workspace.contacts.all())
    edit.action, edit.values = action, actions(workspace)[action]
    edit.save()
    assert running.start(edit)
    return edit


def everything(workspace: Workspace) -> dict[str, Any]:
    """Return what there is of a workspace and its bulk edits, but for ids and times."""
    contacts = Contact.objects.filter(workspace=workspace)
    emails = {bytes(one.fingerprint): one.email for one in contacts}
    stops = Suppression.objects.filter(workspace=workspace)
    edits = BulkEdit.objects.filter(workspace=workspace).order_by("pk")
    counts = ("action", "status", "people", "seen", "changed", "kept", "undone")
    return {
        "contacts": _rows(contacts, "country", "fields"),
        "tags": _rows(contacts, "taggings__tag__name"),
        "lists": _rows(contacts, "subscriptions__status", "subscriptions__basis"),
        "left": _rows(contacts, "unsubscriptions__source"),
        "stops": sorted((emails[bytes(one.fingerprint)], one.reason) for one in stops),
        "ledger": _rows(contacts, "consent_entries__state", "consent_entries__evidence__name"),
        "changes": _rows(contacts, "changes__what", "changes__takes_back"),
        "edits": list(edits.values_list(*counts)),
    }


def _rows(contacts: Any, *names: str) -> list[str]:
    return sorted(map(repr, contacts.values_list("email", *names)))
