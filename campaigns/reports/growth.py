"""How a list grew or shrank, by day, week or month of the workspace's zone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.accounts.models import Workspace
from campaigns.audience.models import List
from campaigns.reports import periods
from campaigns.reports.charts import Chart, Series
from campaigns.reports.figures import Rate
from campaigns.reports.liveliness import Liveliness
from campaigns.reports.models import DayCounting
from campaigns.reports.periods import Wanted
from campaigns.reports.querysets import days as questions
from campaigns.reports.querysets.days import PeriodRow


@dataclass(frozen=True)
class Period:
    """A day, a week or a month of a list."""

    start: date
    label: str
    joined: int
    # By the button or the link in a mail; by a member; by mails that came back; as spam.
    unsubscribed: int
    taken_off: int
    bounced: int
    complained: int
    # At its end, and at the end of the one before.
    size: int
    size_before: int

    @property
    def left(self) -> int:
        return self.unsubscribed + self.taken_off + self.bounced + self.complained

    @property
    def net(self) -> int:
        return self.size - self.size_before

    @property
    def other(self) -> int:
        """What neither joining nor leaving explains: people erased, or put back by a member."""
        return self.net - self.joined + self.left


@dataclass(frozen=True)
class Growth:
    """What a reader sees of one list, or of all of them."""

    workspace: Workspace
    wanted: Wanted
    list: List | None
    today: date
    counting: DayCounting | None

    @property
    def query(self) -> str:
        """What is shown, as a question that is always written the same way."""
        return self.wanted.query if self.list else replace(self.wanted, list_id=None).query

    @property
    def first(self) -> date:
        """The first day of the first period."""
        days = periods.SPANS[self.wanted.span][0]
        return periods.start_of(self.today - timedelta(days=days - 1), self.wanted.by)

    @cached_property
    def rows(self) -> Sequence[Period]:
        """Every period, empty ones too, the oldest first."""
        list_id = self.list.pk if self.list else None
        by, mine = self.wanted.by, (self.workspace.pk, list_id)
        starts = periods.starts(self.first, self.today, by)
        ends = [
            min(periods.next_start(start, by) - timedelta(days=1), self.today) for start in starts
        ]
        sizes = questions.sizes_at(*mine, [self.first - timedelta(days=1), *ends])
        rows = {row.start: row for row in questions.periods(*mine, self.first, by)}
        before = sizes.get(self.first - timedelta(days=1), 0)
        found = []
        for start, end in zip(starts, ends, strict=True):
            size = sizes.get(end, 0)
            row = rows.get(start) or PeriodRow(start, 0, 0, 0, 0, 0, 0, 0)
            found.append(_period(row, periods.label(start, by), size, before))
            before = size
        return found

    @property
    def size(self) -> int:
        """How large it is now."""
        return self.rows[-1].size

    @property
    def size_before(self) -> int:
        return self.rows[0].size_before

    @property
    def joined(self) -> int:
        return sum(period.joined for period in self.rows)

    @property
    def left(self) -> int:
        return sum(period.left for period in self.rows)

    @property
    def net(self) -> int:
        return self.size - self.size_before

    @property
    def other(self) -> int:
        return sum(period.other for period in self.rows)

    @property
    def lost(self) -> Rate:
        """Who left, of all who were there at some time of the span."""
        there = max(self.left, self.size_before + self.joined)
        return Rate(self.left, there)

    @property
    def has_any(self) -> bool:
        """Whether anybody ever was on it."""
        return any(period.size or period.size_before or period.joined for period in self.rows)

    @property
    def axis(self) -> str:
        return periods.axis(self.wanted.by, self.workspace.time_zone)

    @property
    def size_chart(self) -> Chart:
        """How large it was at the end of each period."""
        return self._chart(Series(_("People"), [one.size for one in self.rows]))

    @property
    def change_chart(self) -> Chart:
        """Who joined, and who left in which way."""
        reasons = (
            (_("Unsubscribed"), [one.unsubscribed for one in self.rows]),
            (_("Taken off by a member"), [one.taken_off for one in self.rows]),
            (_("Address does not work"), [one.bounced for one in self.rows]),
            (_("Reported as spam"), [one.complained for one in self.rows]),
        )
        return self._chart(
            Series(_("Joined"), [one.joined for one in self.rows]),
            *(Series(name, values, "left") for name, values in reasons if any(values)),
        )

    @property
    def liveliness(self) -> Liveliness:
        """How many of its people open and click."""
        return Liveliness(self.workspace, self.list, self.wanted.by, self.first, self.today)

    def _chart(self, *series: Series) -> Chart:
        return Chart(axis=self.axis, labels=[period.label for period in self.rows], series=series)


def of(workspace: Workspace, wanted: Wanted) -> Growth:
    """Return how the list that is wanted grew; without one, all lists together."""
    chosen = None
    if wanted.list_id is not None:
        chosen = workspace.lists.filter(pk=wanted.list_id).first()
    return Growth(
        workspace=workspace,
        wanted=wanted,
        list=chosen,
        today=timezone.localdate(timezone=workspace.zone),
        counting=DayCounting.objects.filter(workspace=workspace, last_day__isnull=False).first(),
    )


def _period(row: PeriodRow, name: str, size: int, before: int) -> Period:
    return Period(
        start=row.start,
        label=name,
        joined=int(row.joined),
        unsubscribed=int(row.left_button + row.left_page),
        taken_off=int(row.left_member + row.stopped),
        bounced=int(row.bounced),
        complained=int(row.complained),
        size=size,
        size_before=before,
    )
