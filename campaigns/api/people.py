"""Contacts as programs get them, a page of them in a handful of queries."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Prefetch

from campaigns.accounts.models import Workspace
from campaigns.accounts.ordering import Sort
from campaigns.api import pages, problems
from campaigns.api.shapes import Turning, Wanted
from campaigns.audience import browsing, consent, fields
from campaigns.audience.models import Contact, Purpose, Subscription, Tagging
from campaigns.audience.querysets import ContactQuerySet
from campaigns.audience.segments import applying

_SORTS = {
    "added": Sort(("created_at",), falls=False, by_moment=True),
    "-added": Sort(("created_at",), falls=True, by_moment=True),
}


def of(workspace: Workspace) -> ContactQuerySet:
    """Return the workspace's contacts with all that is told of each."""
    lists = Subscription.objects.select_related("list").order_by("list__name", "list")
    tags = Tagging.objects.select_related("tag").order_by("tag__name")
    mine = workspace.contacts.with_suppressed()
    return mine.prefetch_related(Prefetch("subscriptions", lists), Prefetch("taggings", tags))


def page(workspace: Workspace, found: ContactQuerySet, turning: Turning, sort: str) -> Any:
    """Return a page of `found`, as `shapes.ContactPage` has it."""
    turned = pages.page(found, _SORTS[sort], turning.at, length=turning.limit, shown=of(workspace))
    return {"items": told(workspace, turned.rows), "next": turned.next}


def wanted(workspace: Workspace, asked: Wanted) -> ContactQuerySet:
    """Return who is asked for. Raises a problem where a filter names what is not there."""
    people = workspace.contacts.all()
    if asked.segment is not None:
        segment = workspace.segments.filter(pk=asked.segment).first()
        if segment is None:
            raise problems.invalid("query.segment", "There is no segment of this id.")
        people = applying.among(people, [segment])
    if asked.list is not None and not workspace.lists.filter(pk=asked.list).exists():
        raise problems.invalid("query.list", "There is no list of this id.")
    params = {"status": asked.status or "", "q": asked.q or ""}
    if asked.tag is not None:
        tag = workspace.tags.filter(name__iexact=asked.tag).first()
        if tag is None:
            raise problems.invalid("query.tag", "There is no tag of this name.")
        params["tag"] = str(tag.pk)
    return browsing.browse(people, params, asked.list)


def told(workspace: Workspace, contacts: Iterable[Contact]) -> list[dict[str, Any]]:
    """Return contacts out of `of` as `shapes.ContactShape` has them."""
    keys = [field.key for field in fields.of(workspace.pk)]
    return [_told(contact, keys) for contact in contacts]


def _told(contact: Contact, keys: list[str]) -> dict[str, Any]:
    said = consent.answers(contact)
    return {
        "id": contact.pk,
        "email": contact.email,
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "language": contact.language,
        "country": contact.country,
        "time_zone": contact.time_zone,
        # Values of fields that were deleted are on their way out.
        "fields": {key: contact.fields[key] for key in keys if key in contact.fields},
        "tags": [tagging.tag.name for tagging in contact.taggings.all()],
        "lists": [_subscription(row) for row in contact.subscriptions.all()],
        "measuring": {"opens": said[Purpose.OPENS], "clicks": said[Purpose.CLICKS]},
        "suppressed": contact.is_suppressed,  # type: ignore[attr-defined]  # Added by `of`.
        "paused_until": contact.paused_until,
        "created_at": contact.created_at,
        "updated_at": contact.updated_at,
    }


def _subscription(row: Subscription) -> dict[str, Any]:
    return {
        "list": row.list_id,
        "name": row.list.name,
        "status": row.status,
        "since": row.unsubscribed_at or row.subscribed_at,
        "basis": row.basis,
    }
