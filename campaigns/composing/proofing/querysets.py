"""Questions about links that were looked at."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

if TYPE_CHECKING:
    from campaigns.composing.proofing.models import LinkLook


class LinkLookQuerySet(models.QuerySet["LinkLook"]):
    """Links, and what was found at their end."""

    def of(self, workspace_id: int, urls: Sequence[str]) -> LinkLookQuerySet:
        """Return those of the workspace with these addresses."""
        return self.filter(workspace=workspace_id, key__in=[key(url) for url in urls])

    def waiting(self, workspace_id: int) -> LinkLookQuerySet:
        """Return those that nobody has looked at since somebody asked."""
        return self.filter(workspace=workspace_id, looked_at__isnull=True).order_by("pk")

    def ask(
        self, workspace_id: int, urls: Sequence[str], *, fresh: timedelta, patience: timedelta
    ) -> bool:
        """Ask for links to be looked at, and say whether there is anything to do.

        What was looked at within `fresh`, or asked for within `patience`, is left as it is.
        """
        now = timezone.now()
        rows = [
            self.model(workspace_id=workspace_id, key=key(url), url=url, asked_at=now)
            for url in urls
        ]
        self.bulk_create(rows, ignore_conflicts=True)
        mine = self.of(workspace_id, urls)
        old = Q(looked_at__lt=now - fresh) | Q(looked_at=None, asked_at__lt=now - patience)
        mine.filter(old).update(asked_at=Now(), looked_at=None)
        return mine.filter(looked_at=None).exists()


def key(url: str) -> str:
    """Return what stands for an address in the index."""
    return hashlib.sha256(url.encode()).hexdigest()
