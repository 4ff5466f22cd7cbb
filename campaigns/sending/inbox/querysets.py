"""All SQL of the local inbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from campaigns.sending.models import InboxMail


class InboxMailQuerySet(models.QuerySet["InboxMail"]):
    """Mails of the local inbox."""

    def listed(self, words: str = "") -> InboxMailQuerySet:
        """Newest first, without their content; `words` is part of a recipient or a subject."""
        mails = self.defer("content").order_by("-pk")
        if not words:
            return mails
        return mails.filter(Q(to_address__icontains=words) | Q(subject__icontains=words))

    def beyond(self, workspace_id: int, limit: int) -> InboxMailQuerySet:
        """The mails of a workspace that are older than its newest `limit`."""
        mine = self.filter(workspace_id=workspace_id)
        edge = mine.order_by("-pk").values_list("pk", flat=True)[limit : limit + 1]
        return mine.filter(pk__lte=models.Subquery(edge))

    def newer_than(self, pk: int) -> int | None:
        """The id of the next newer mail."""
        return self.filter(pk__gt=pk).order_by("pk").values_list("pk", flat=True).first()

    def older_than(self, pk: int) -> int | None:
        """The id of the next older mail."""
        return self.filter(pk__lt=pk).order_by("-pk").values_list("pk", flat=True).first()
