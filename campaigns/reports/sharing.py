"""Links that show one campaign's report to whoever has them: made, found, and shut."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from campaigns.accounts.models import User, Workspace
from campaigns.composing.models import Campaign
from campaigns.reports.models import ShareLink

# 256 bits: nobody guesses one, however often they try.
SECRET_BYTES = 32
LONGEST_SECRET = 64
# Of the links that open nothing any more, so many are still shown.
ENDED_SHOWN = 100


def share(campaign: Campaign, *, days: int, by: User | None) -> tuple[ShareLink, str]:
    """Make a link; return it with its address, which is known to nobody after this."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    link = ShareLink.objects.create(
        workspace_id=campaign.workspace_id,
        campaign=campaign,
        digest=digest(secret),
        created_by=by,
        expires_at=timezone.now() + timedelta(days=days),
    )
    return link, settings.PUBLIC_URL + reverse("reports:shared", args=[secret])


def find(secret: str) -> ShareLink | None:
    """Return the link that opens with this secret now, by one look at an index."""
    if len(secret) > LONGEST_SECRET:
        return None
    found = ShareLink.objects.open().filter(digest=digest(secret))
    return found.select_related("campaign__workspace").first()


def links_of(campaign: Campaign) -> QuerySet[ShareLink]:
    """Return all links to a campaign's report, the newest first, the shut ones too."""
    return campaign.share_links.select_related("created_by").order_by("-pk")


def open_links(workspace: Workspace) -> QuerySet[ShareLink]:
    """Return the links that open a report of this workspace now, the newest first."""
    return _with_names(workspace.share_links.open())


def ended_links(workspace: Workspace) -> QuerySet[ShareLink]:
    """Return the last links that were shut or are over."""
    return _with_names(workspace.share_links.ended())[:ENDED_SHOWN]


def note_opening(link: ShareLink) -> None:
    """Keep that somebody outside opened the link today: one write a day, nothing about them."""
    today = timezone.localdate(timezone=link.campaign.workspace.zone)
    if link.last_opened_on != today:
        ShareLink.objects.filter(pk=link.pk).opened_on(today)


def revoke(link: ShareLink) -> bool:
    """Shut a link at once, and say whether this call did."""
    return ShareLink.objects.filter(pk=link.pk).revoke()


def digest(secret: str) -> bytes:
    """Return what is kept of a secret. It is random, so a plain hash cannot be turned back."""
    return hashlib.sha256(secret.encode()).digest()


def _with_names(links: QuerySet[ShareLink]) -> QuerySet[ShareLink]:
    return links.select_related("campaign", "created_by").order_by("-pk")
