"""How lively a list is: how many of those who may be measured open and click, along time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from campaigns.accounts.models import Workspace
from campaigns.audience.models import List
from campaigns.reports import periods, summaries
from campaigns.reports.charts import Chart, Series
from campaigns.reports.figures import Bounds, Rate
from campaigns.reports.querysets import days as questions
from campaigns.reports.summaries import Summary

# Fewer days make no line.
FEWEST_DAYS = 3


@dataclass(frozen=True)
class Liveliness:
    """What measured people of one list, or of all lists, did since a day."""

    workspace: Workspace
    list: List | None
    by: str
    first: date
    today: date

    @property
    def active(self) -> Rate | None:
        """Who opened or clicked of late, of those who may be measured; None if not counted."""
        if not self._activity:
            return None
        _day, measurable, seen = self._activity[-1]
        return Rate(seen, max(measurable, seen))

    @property
    def is_about_few(self) -> bool:
        """Whether so few may be measured that the share would be about each of them."""
        return self.active is not None and self.active.of < int(settings.AGGREGATE_MINIMUM)

    @cached_property
    def active_chart(self) -> Chart | None:
        """The active share day by day; None while there are too few days for a line."""
        shown = [row for row in self._activity if row[1] >= int(settings.AGGREGATE_MINIMUM)]
        if len(shown) < FEWEST_DAYS:
            return None
        shares = [_per_cent(Rate(min(seen, of), of)) for _day, of, seen in shown]
        return Chart(
            axis=periods.axis(periods.DAY, self.workspace.time_zone),
            labels=[date_format(day, "j M Y") for day, _of, _seen in shown],
            series=[Series(_("Active"), shares)],
            unit="%",
        )

    @cached_property
    def mailings(self) -> Sequence[Summary]:
        """The campaigns that went to it since then, the oldest first."""
        return summaries.of(list(questions.mailings(self.workspace, self.list, self.first)))

    @cached_property
    def mailing_chart(self) -> Chart:
        """What measured people did with the mailings of each period, in per cent."""
        points = [
            (periods.label(start, self.by), *found)
            for start in periods.starts(self.first, self.today, self.by)
            if (found := self._of_period(start)) is not None
        ]
        return Chart(
            axis=periods.axis(self.by, self.workspace.time_zone),
            labels=[label for label, _opened, _clicked in points],
            series=[
                Series(_("Opened"), [_per_cent(one.low) for _l, one, _c in points], "opened"),
                Series(
                    _("Perhaps opened"),
                    [_per_cent(one.perhaps) for _l, one, _c in points],
                    "opened",
                ),
                Series(_("Clicked"), [_per_cent(one) for _l, _o, one in points]),
            ],
            unit="%",
        )

    @cached_property
    def _activity(self) -> Sequence[tuple[date, int, int]]:
        list_id = self.list.pk if self.list else None
        return questions.activity(self.workspace.pk, list_id, self.first)

    def _of_period(self, start: date) -> tuple[Bounds, Rate] | None:
        """Who opened and clicked the period's mailings; None where that is about a few."""
        mine = [one for one in self.mailings if periods.start_of(self._day(one), self.by) == start]
        of = sum(one.opened.of for one in mine)
        if of < int(settings.AGGREGATE_MINIMUM):
            return None
        sure = sum(one.opened.sure for one in mine)
        uncertain = sum(one.opened.uncertain for one in mine)
        return Bounds(sure, uncertain, of), Rate(sum(one.clicked.count for one in mine), of)

    def _day(self, one: Summary) -> date:
        launched = one.campaign.launched_at or one.campaign.created_at
        return launched.astimezone(self.workspace.zone).date()


def _per_cent(rate: Rate) -> float | None:
    return None if rate.share is None else round(rate.share * 100, 1)
