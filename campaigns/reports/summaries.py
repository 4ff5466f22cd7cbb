"""A campaign in a line: what the list of campaigns and the home page show of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.urls import reverse

from campaigns.composing.models import Campaign
from campaigns.reports import engagement, ledger
from campaigns.reports.engagement import Engaged
from campaigns.reports.figures import Bounds, Rate
from campaigns.reports.ledger import Ledger
from campaigns.reports.querysets import ledger as questions

# Where a campaign's name leads, by its state; to its report from everywhere else.
PAGES: dict[str, str] = {
    Campaign.Status.DRAFT: "composing:edit",
    Campaign.Status.SCHEDULED: "sending:campaign",
    Campaign.Status.MISSED: "sending:campaign",
    Campaign.Status.PREPARING: "sending:campaign",
    Campaign.Status.FAILED: "sending:campaign",
}


@dataclass(frozen=True)
class Summary:
    """A campaign with its figures."""

    campaign: Campaign
    ledger: Ledger
    engaged: Engaged
    unsubscribed: int

    @property
    def has_figures(self) -> bool:
        """Whether anything went out that figures could be about."""
        return self.ledger.sent > 0

    @property
    def handled(self) -> int:
        """Deliveries that are decided, one way or the other."""
        return self.ledger.total - self.ledger.remaining

    @property
    def href(self) -> str:
        """The page that a reader of this line most likely wants."""
        return reverse(PAGES.get(self.campaign.status, "reports:campaign"), args=[self.campaign.pk])

    @property
    def opened(self) -> Bounds:
        """People who opened, of those who may be measured."""
        return self.engaged.opened(self.ledger.measured)

    @property
    def clicked(self) -> Rate:
        """People who clicked, of those who may be measured."""
        return self.engaged.clicked(self.ledger.clicks_measured)

    @property
    def hides_totals(self) -> bool:
        """Whether so few are only counted that their totals would be about each of them."""
        return self.ledger.hides_totals

    @property
    def shows_totals(self) -> bool:
        """Whether there are totals of enough people that they are about none of them."""
        return self.has_figures and not self.hides_totals

    @property
    def left(self) -> Rate:
        """People who unsubscribed through it, of all it was delivered to."""
        return Rate(min(self.unsubscribed, self.ledger.delivered), self.ledger.delivered)


def of(campaigns: Sequence[Campaign], known: Iterable[Summary] = ()) -> list[Summary]:
    """Return the summaries of campaigns, in their order, in a handful of queries.

    Those that are `known` are not asked for again.
    """
    found = {summary.campaign.pk: summary for summary in known}
    found |= _of([campaign for campaign in campaigns if campaign.pk not in found])
    return [found[campaign.pk] for campaign in campaigns]


def _of(campaigns: Sequence[Campaign]) -> dict[int, Summary]:
    ids = [campaign.pk for campaign in campaigns]
    if not ids:
        return {}
    ledgers = ledger.of_many(ids)
    engaged = engagement.of_many(ids)
    left = questions.unsubscribed(ids)
    return {
        campaign.pk: Summary(
            campaign=campaign,
            ledger=ledgers[campaign.pk],
            engaged=engaged[campaign.pk],
            unsubscribed=left.get(campaign.pk, 0),
        )
        for campaign in campaigns
    }
