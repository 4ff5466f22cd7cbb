"""Questions about what people did, and the locks that keep writers apart."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.db import connection, models
from django.db.models import Case, Q, When

from tracking import arrays
from tracking.deeds import FACETS

if TYPE_CHECKING:
    from tracking.models import Engagement, Merged, Muted

# First halves of advisory lock keys, so that ours never meet those of other rooms.
_LINKS_LOCK = 0x6C6E6B
_DRAIN_LOCK = 0x64726E


class MutedQuerySet(models.QuerySet["Muted"]):
    """Who withdrew."""

    def epochs(self, contact_ids: Collection[int]) -> dict[int, tuple[int, int]]:
        """Return the epochs of those of the contacts who are muted: for opens, for clicks."""
        with connection.cursor() as cursor:
            # One array instead of ten thousand parameters.
            cursor.execute(
                "SELECT contact_id, epoch, click_epoch FROM tracking_muted"
                " WHERE contact_id = ANY (%s::bigint[])",
                [arrays.text(contact_ids)],
            )
            return {contact: (opens, clicks) for contact, opens, clicks in cursor.fetchall()}


class MergedQuerySet(models.QuerySet["Merged"]):
    """Who is another contact by now."""

    def into(self, contact_ids: Collection[int]) -> dict[int, int]:
        """Return who those of the contacts are by now that are somebody else."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT contact_id, into_id FROM tracking_merged"
                " WHERE contact_id = ANY (%s::bigint[])",
                [arrays.text(contact_ids)],
            )
            return dict(cursor.fetchall())


class EngagementQuerySet(models.QuerySet["Engagement"]):
    """What people did with campaigns."""

    def openers(self) -> EngagementQuerySet:
        """People who opened for sure: their own load, or their own click."""
        return self.filter(Q(opens_sure__gt=0) | Q(clicks_sure__gt=0, clicks_only=False))

    def possible_openers(self) -> EngagementQuerySet:
        """Those, and the ones whose mail program loads images by itself."""
        return self.filter(
            Q(opens_sure__gt=0)
            | Q(opens_uncertain__gt=0)
            | Q(clicks_only=False) & (Q(clicks_sure__gt=0) | Q(clicks_uncertain__gt=0))
        )

    def uncertain(self) -> EngagementQuerySet:
        """People of whom something may have been their own deed, or their mail program's."""
        return self.filter(Q(opens_uncertain__gt=0) | Q(clicks_uncertain__gt=0))

    def clickers(self) -> EngagementQuerySet:
        """People who clicked for sure."""
        return self.filter(clicks_sure__gt=0)

    def keep_dates(self, **first: Any) -> int:
        """Keep of each row when something was first done, as given, and that it was done."""
        uncounted = dict.fromkeys(
            ("opens_uncertain", "opens_machine", "clicks_uncertain", "clicks_machine"), 0
        )
        blank = dict.fromkeys(FACETS, "")
        done = {
            f"{kind}s_sure": Case(
                When(**{f"first_{kind}_at__isnull": False}, then=1 if first[at] else 0), default=0
            )
            for kind, at in (("open", "first_open_at"), ("click", "first_click_at"))
        }
        return self.update(**uncounted, **blank, **done, **first, last_at=None, latest_at=None)


def lock_campaign(campaign_id: int) -> None:
    """Keep others from numbering links of the same campaign until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LINKS_LOCK, campaign_id % 2**31])


def lock_draining() -> None:
    """Let one drainer at a time write: counts are read and written back within its turn."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [_DRAIN_LOCK])
