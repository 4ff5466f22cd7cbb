"""Questions about imports: which wait, which run, and which nobody works on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

if TYPE_CHECKING:
    from campaigns.audience.models import Import


class ImportQuerySet(models.QuerySet["Import"]):
    """Imports and their state."""

    def abandoned(self) -> ImportQuerySet:
        """Imports that should run, and that nobody works on as far as we know."""
        return self.filter(Q(status="queued") | Q(status="running", lease_until__lt=Now()))

    def unfinished(self) -> ImportQuerySet:
        """Imports that wait to start, or run."""
        return self.filter(status__in=["queued", "running"])

    def with_staged(self) -> ImportQuerySet:
        """Imports whose staged rows are still needed."""
        return self.filter(status__in=["queued", "running", "rehearsed"])

    def held_by(self, token: Any) -> ImportQuerySet:
        """Running imports whose claim is still ours."""
        return self.filter(status="running", claim_token=token)
