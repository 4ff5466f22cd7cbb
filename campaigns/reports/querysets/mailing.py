"""Reports that are mailed: what is due, and the guarded moves of one mail."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F
from django.db.models.functions import Now

if TYPE_CHECKING:
    from campaigns.reports.models import ReportMail, Schedule

# A mail that was begun so long ago was left by its process.
LEFT = timedelta(minutes=15)
# So long a mail is remembered: far longer than its moment could come again.
KEPT = timedelta(days=90)


class ScheduleQuerySet(models.QuerySet["Schedule"]):
    """Schedules and their time."""

    def due(self) -> ScheduleQuerySet:
        """Those whose moment has come, by the database's clock."""
        return self.filter(next_at__lte=Now())

    def elsewhere(self) -> ScheduleQuerySet:
        """Those reckoned in a zone that their workspace has left since."""
        return self.exclude(zone=F("report__workspace__time_zone"))

    def advance(self, *, seen: datetime, following: datetime, zone: str) -> bool:
        """Move the one schedule on from the moment seen, and say whether this call did it."""
        return self.filter(next_at=seen).update(next_at=following, zone=zone) == 1


class ReportMailQuerySet(models.QuerySet["ReportMail"]):
    """Mails of reports."""

    def waiting(self) -> ReportMailQuerySet:
        """Those that may be sent now."""
        return self.filter(state="pending", since__lte=Now())

    def take(self) -> bool:
        """Begin to send the one mail, and say whether this call did."""
        begun = self.waiting().update(state="sending", since=Now(), tries=F("tries") + 1)
        return begun == 1

    def settle(self, state: str) -> bool:
        """End the one mail that is being sent, and say whether this call did."""
        return self.filter(state="sending").update(state=state) == 1

    def put_off(self, wait: timedelta) -> bool:
        """Let the one mail wait, which a server has certainly not taken."""
        return self.filter(state="sending").update(state="pending", since=Now() + wait) == 1

    def lose(self) -> int:
        """Call those unconfirmed whose process is gone: they may have arrived."""
        left = self.filter(state="sending", since__lt=Now() - LEFT)
        return left.update(state="unknown")

    def forget(self, most: int) -> int:
        """Delete up to `most` that were settled long ago, and return how many."""
        old = self.exclude(state__in=("pending", "sending")).filter(due_at__lt=Now() - KEPT)
        some = old.order_by("pk").values("pk")[:most]
        return self.filter(pk__in=some).delete()[0]
