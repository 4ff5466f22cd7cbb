"""Questions about campaigns, and the guarded moves between their states."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, When
from django.db.models.functions import Now
from django.urls import reverse

from campaigns.audience.models import Segment
from campaigns.audience.segments.saving import Use

if TYPE_CHECKING:
    from campaigns.composing.models import Campaign

# States in which what is said may change.
EDITABLE = frozenset({"draft", "paused"})


class CampaignQuerySet(models.QuerySet["Campaign"]):
    """Campaigns, in the words of the field."""

    def due(self) -> CampaignQuerySet:
        """Scheduled campaigns whose moment has come, by the database's clock."""
        return self.filter(status="scheduled", scheduled_at__lte=Now())

    def move(self, *, source: Collection[str], target: str, **facts: Any) -> bool:
        """Change the status of the one campaign, and say whether this call did it."""
        return self.filter(status__in=source).update(status=target, **facts) == 1

    def edit(self, *, version: int, tab: str, **values: Any) -> bool:
        """Change the one campaign if nobody else did since `version`, and say whether.

        A revision that was frozen already stays as it is: the campaign gets a new number.
        """
        frozen = apps.get_model("composing", "Revision")._default_manager.filter(
            campaign=OuterRef("pk"), number=OuterRef("revision")
        )
        mine = Q(version=version) | (Q(last_tab=tab) & ~Q(last_tab=""))
        return (
            self.filter(mine, status__in=EDITABLE).update(
                **values,
                version=F("version") + 1,
                revision=F("revision") + Case(When(Exists(frozen), then=1), default=0),
                last_tab=tab,
                updated_at=Now(),
            )
            == 1
        )

    def delete_drafts(self) -> int:
        """Delete those that were never launched, and return how many."""
        return (
            self.filter(status="draft", launched_at__isnull=True)
            .delete()[1]
            .get("composing.Campaign", 0)
        )


def name_of(workspace_id: int, campaign_id: int) -> str | None:
    """Return what a campaign of the workspace is called."""
    campaigns = apps.get_model("composing", "Campaign")._default_manager
    mine = campaigns.filter(pk=campaign_id, workspace=workspace_id)
    name: str | None = mine.values_list("name", flat=True).first()
    return name


def uses_of_segment(segment_id: int) -> list[Use]:
    """Return the campaigns that a segment narrows, or that have parts for it, the newest first."""
    campaigns = apps.get_model("composing", "Campaign")._default_manager
    segment = Segment.objects.get(pk=segment_id)
    narrowed = campaigns.filter(segment_uses__segment=segment_id).values("pk")
    mine = campaigns.filter(workspace=segment.workspace_id).filter(
        # Mails call a segment by its key, in whatever way they are written.
        Q(pk__in=narrowed) | Q(body__contains=segment.key) | Q(text__contains=segment.key)
    )
    return [
        Use(
            name, reverse("sending:campaign", args=[pk]), status in ("draft", "scheduled", "missed")
        )
        for pk, name, status in mine.order_by("-created_at").values_list("pk", "name", "status")
    ]


def list_ids(campaign_id: int) -> list[int]:
    """Return the lists that a campaign goes to."""
    # The models import this module for their managers.
    through = apps.get_model("composing", "Campaign").lists.through
    return list(through.objects.filter(campaign=campaign_id).values_list("list_id", flat=True))
