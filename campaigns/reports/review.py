"""A stretch of days in review: what was mailed, how it was read, and how the lists fared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property

from django.conf import settings
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.accounts.models import Workspace
from campaigns.reports import comparing, differences, growth, periods, summaries
from campaigns.reports.differences import Lead, Span
from campaigns.reports.figures import Bounds, Rate
from campaigns.reports.growth import Growth
from campaigns.reports.querysets import days as questions
from campaigns.reports.summaries import Summary

SPANS: dict[str, str | Promise] = {
    "7": gettext_lazy("7 days"),
    "30": gettext_lazy("30 days"),
    "90": gettext_lazy("90 days"),
    "365": gettext_lazy("12 months"),
}
DEFAULT_SPAN = "30"


@dataclass(frozen=True)
class Totals:
    """The figures of several mailings together; who got several of them counts each time."""

    mailings: Sequence[Summary]

    @property
    def sent(self) -> int:
        return sum(one.ledger.sent for one in self.mailings)

    @property
    def delivered(self) -> int:
        return sum(one.ledger.delivered for one in self.mailings)

    @property
    def measured(self) -> int:
        return sum(one.ledger.measured for one in self.mailings)

    @property
    def opened(self) -> Bounds:
        return Bounds(
            sum(one.opened.sure for one in self.mailings),
            sum(one.opened.uncertain for one in self.mailings),
            sum(one.opened.of for one in self.mailings),
        )

    @property
    def clicked(self) -> Rate:
        return Rate(
            sum(one.clicked.count for one in self.mailings),
            sum(one.clicked.of for one in self.mailings),
        )

    @property
    def left(self) -> Rate:
        return Rate(sum(one.left.count for one in self.mailings), self.delivered)

    @property
    def complained(self) -> Rate:
        complaints = sum(one.ledger.complained for one in self.mailings)
        return Rate(min(complaints, self.delivered), self.delivered)

    @property
    def bounced(self) -> Rate:
        return Rate(sum(one.ledger.bounced for one in self.mailings), self.sent)

    @property
    def is_about_few(self) -> bool:
        """Whether so few were measured that shares would be about each of them."""
        return self.measured < int(settings.AGGREGATE_MINIMUM)


@dataclass(frozen=True)
class Review:
    """The last days of a workspace, and as many before them."""

    workspace: Workspace
    span: str
    today: date

    @property
    def days(self) -> int:
        return int(self.span)

    @property
    def first(self) -> date:
        return self.today - timedelta(days=self.days - 1)

    @property
    def query(self) -> str:
        """What was asked, as a query string that is always written the same way."""
        return f"span={self.span}"

    @property
    def span_label(self) -> str:
        return str(SPANS[self.span])

    @property
    def comparable(self) -> str:
        """The newest mailings as a question to the page that compares, if there are enough."""
        ids = [one.campaign.pk for one in self.mailings][: comparing.MOST]
        return "&".join(f"c={pk}" for pk in ids) if len(ids) >= comparing.FEWEST else ""

    @cached_property
    def mailings(self) -> list[Summary]:
        """What went out, the newest first."""
        return [one for one in self._both if self._began(one)]

    @cached_property
    def totals(self) -> Totals:
        return Totals(self.mailings)

    @cached_property
    def before(self) -> Totals:
        """The same of as many days before."""
        return Totals([one for one in self._both if not self._began(one)])

    @property
    def clicks_changed(self) -> str:
        """How the click rate stands to that of the days before, in a sentence."""
        now, then = self.totals.clicked, self.before.clicked
        if self.totals.is_about_few or self.before.is_about_few:
            return _("There is nothing to compare it with in the days before.")
        lead = differences.lead([Span(now, now), Span(then, then)])
        return _in_words(lead)

    @cached_property
    def growth(self) -> Growth:
        """How all lists together fared in these days."""
        scale = periods.DAY if self.days <= periods.MOST_PERIODS else ""
        return growth.of(self.workspace, periods.Wanted(span=self.span, scale=scale))

    @cached_property
    def _both(self) -> list[Summary]:
        since = self.first - timedelta(days=self.days)
        found = summaries.of(list(questions.mailings(self.workspace, None, since)))
        return found[::-1]

    def _began(self, one: Summary) -> bool:
        start = datetime.combine(self.first, time.min, tzinfo=self.workspace.zone)
        return one.campaign.launched_at is not None and one.campaign.launched_at >= start


def of(workspace: Workspace, query: QueryDict) -> Review:
    """Return the review that a query string asks for; what makes no sense is left out."""
    span = query.get("span", "")
    return Review(
        workspace=workspace,
        span=span if span in SPANS else DEFAULT_SPAN,
        today=timezone.localdate(timezone=workspace.zone),
    )


def _in_words(lead: Lead | None) -> str:
    if lead is None:
        return _("As in the days before.")
    if not lead.is_clear:
        return _("The difference to the days before may be chance.")
    if lead.best == 0:
        return _("More than in the days before, and that is not chance.")
    return _("Less than in the days before, and that is not chance.")
