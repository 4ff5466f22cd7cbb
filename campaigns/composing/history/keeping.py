"""Keep what a campaign says at each save, and bring it back.

What one page saves within two minutes is one version: pages save at every pause in typing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models.functions import Now
from django.utils import timezone

from campaigns.accounts.models import User
from campaigns.composing.history.models import Version
from campaigns.composing.models import Campaign

SAID = ("subject", "preheader", "format", "body", "text", "inline_css")
JOINED = timedelta(minutes=2)


def said(campaign: Campaign | Version) -> dict[str, Any]:
    """Return what is kept of a campaign, or was."""
    return {name: getattr(campaign, name) for name in SAID}


def keep(former: Campaign, saved: Campaign, by: User | None, *, restored: int | None) -> None:
    """Keep what `saved` says now. Within the transaction that changed the campaign.

    What it said before the first version, `former`, is kept with it.
    """
    last = saved.versions.newest_first().first()
    if last is None and (former.body or former.subject):
        last = _begin(former, None, at=former.updated_at, restored=None)
    if last is not None and restored is None:
        if said(last) == said(saved):
            return
        if _joins(last, saved, by):
            saved.versions.filter(pk=last.pk).update(
                **said(saved), number=saved.version, saved_at=Now()
            )
            return
    _begin(saved, by, at=saved.updated_at, restored=restored)
    saved.versions.thin()


def _joins(last: Version, saved: Campaign, by: User | None) -> bool:
    """Whether this save goes on with the last version, rather than beginning another."""
    return (
        by is not None
        and last.saved_by_id == by.pk
        and last.tab == saved.last_tab != ""
        and last.format == saved.format
        and last.restored is None
        and timezone.now() - last.began_at < JOINED
    )


def _begin(campaign: Campaign, by: User | None, *, at: datetime, restored: int | None) -> Version:
    return Version.objects.create(
        workspace=campaign.workspace,
        campaign=campaign,
        number=campaign.version,
        saved_by=by,
        tab=campaign.last_tab,
        restored=restored,
        began_at=at,
        saved_at=at,
        **said(campaign),
    )
