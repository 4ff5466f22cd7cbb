"""All SQL of the local inbox."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL

if TYPE_CHECKING:
    from campaigns.sending.models import InboxMail

# Each recipient of a workspace's mails as an address alone, in lower case. Several stand with
# commas between them, and each may have its name before it (RFC 5322): a comma within a name
# cuts that name, and leaves the address whole.
RECIPIENTS = """
SELECT m.id, m.workspace_id,
       lower(coalesce(substring(part FROM '<([^<>]+)>'), btrim(part))) AS address
  FROM sending_inboxmail m, regexp_split_to_table(m.to_address, '[,;]') AS part
 WHERE m.workspace_id {workspace}
"""
_TO = f"SELECT id FROM ({RECIPIENTS.format(workspace='= %s')}) AS r WHERE address = ANY(%s)"  # noqa: S608


class InboxMailQuerySet(models.QuerySet["InboxMail"]):
    """Mails of the local inbox."""

    def listed(self, words: str = "") -> InboxMailQuerySet:
        """Newest first, without their content; `words` is part of a recipient or a subject."""
        mails = self.defer("content").order_by("-pk")
        if not words:
            return mails
        return mails.filter(Q(to_address__icontains=words) | Q(subject__icontains=words))

    def addressed_to(self, workspace_id: int, emails: Collection[str]) -> InboxMailQuerySet:
        """The mails of a workspace that one of these addresses got, and no longer one."""
        values = [workspace_id, [email.lower() for email in emails]]
        return self.filter(workspace=workspace_id, pk__in=RawSQL(_TO, values))  # noqa: S611

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
