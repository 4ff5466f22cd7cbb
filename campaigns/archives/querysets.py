"""Questions about archives and restorations."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class JobQuerySet(models.QuerySet[Any]):
    """Archives, or restorations, and their state."""

    def abandoned(self) -> JobQuerySet:
        """Those that should run, and that nobody works on as far as we know."""
        return self.filter(Q(status="queued") | Q(status="running", lease_until__lt=Now()))

    def unfinished(self) -> JobQuerySet:
        """Those that wait to start, or run."""
        return self.filter(status__in=["queued", "running"])

    def held_by(self, token: Any) -> JobQuerySet:
        """Running ones whose claim is still ours."""
        return self.filter(status="running", claim_token=token)

    def expired(self) -> JobQuerySet:
        """Archives whose days are over."""
        return self.filter(status="done", expires_at__lt=Now())
