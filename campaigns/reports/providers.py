"""Mailbox providers: whom a campaign reached at each, and what they did.

Tracking knows no domains, so this looks at each delivery, which takes half a second for a
million. A large campaign is counted behind the pages, whenever something came since, and
told with the time of that. Whoever looks counts only what nobody has counted yet.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.audience import addresses
from campaigns.composing.models import Campaign
from campaigns.reports import pulse
from campaigns.reports.figures import Bounds, Rate
from campaigns.reports.models import MailboxCount
from campaigns.reports.querysets import engagement
from campaigns.reports.querysets import providers as questions
from campaigns.reports.querysets.providers import DomainRow
from campaigns.sending.models import Reckoning
from campaigns.sending.pacing import domains

LONGEST = 10
# A domain of so few is not a mailbox provider: it stands with all others.
LEAST = 10
# Between two counts, or so many times as long as counting takes.
PAUSE = timedelta(minutes=5)
TIMES = 50


@dataclass(frozen=True)
class Provider:
    """A mailbox provider, or a domain we know no provider of."""

    name: str
    row: DomainRow

    @property
    def delivered(self) -> int:
        return self.row.sent - self.row.bounced

    @property
    def bounced(self) -> Rate:
        return Rate(self.row.bounced, self.row.sent)

    @property
    def complained(self) -> Rate:
        return Rate(min(self.row.complained, self.delivered), self.delivered)

    @property
    def opened(self) -> Bounds:
        row = self.row
        return Bounds(
            row.openers_sure,
            row.openers_possible - row.openers_sure,
            max(row.measured, row.openers_possible),
        )

    @property
    def clicked(self) -> Rate:
        return Rate(self.row.clickers, max(self.row.clicks_measured, self.row.clickers))


@dataclass(frozen=True)
class Table:
    """Providers, the largest first, and when they were counted."""

    providers: Sequence[Provider]
    counted_at: datetime
    # Whether that was before somebody looked, so that more may have happened since.
    is_remembered: bool = False


def of(campaign: Campaign) -> Table:
    """Return the mailbox providers of a campaign: remembered of a large one, or counted now."""
    known = MailboxCount.objects.filter(campaign=campaign).first()
    if known is not None:
        rows = [DomainRow(*row) for row in known.rows]
        return Table(_grouped(rows), known.counted_at, is_remembered=True)
    counted = count(campaign.pk)
    return Table(_grouped([DomainRow(*row) for row in counted.rows]), counted.counted_at)


def due() -> list[int]:
    """Return the large campaigns that are to be counted before anybody looks."""
    return questions.due(pause=PAUSE, times=TIMES)


def count(campaign_id: int) -> MailboxCount:
    """Count a campaign's mailbox providers, and remember those of a large one."""
    now = timezone.now()
    # All of them, as `due` adds them up.
    hits = pulse.of_hits(engagement.hit_rows([campaign_id]), hides_totals=False)
    start = time.perf_counter()
    rows = questions.domain_rows(campaign_id)
    took = time.perf_counter() - start
    counted = MailboxCount(campaign_id=campaign_id, counted_at=now, took=took, hits=hits, rows=rows)
    if Reckoning.objects.filter(campaign=campaign_id).exists():
        MailboxCount.objects.bulk_create(
            [counted],
            update_conflicts=True,
            unique_fields=["campaign"],
            update_fields=["counted_at", "took", "hits", "rows"],
        )
    return counted


def _grouped(rows: Sequence[DomainRow]) -> list[Provider]:
    """Put domains of one provider together, and all small ones."""
    sums: dict[str, Counter[str]] = {}
    for row in rows:
        mailbox = domains.mailbox_of(row.domain)
        own = addresses.readable(f"@{row.domain}").removeprefix("@")
        name = own if mailbox == domains.OTHER else domains.name(mailbox)
        sums.setdefault(name, Counter()).update(dict(zip(row._fields[1:], row[1:], strict=True)))
    by_size = sorted(sums, key=lambda name: (-sums[name]["sent"], name))
    shown = [name for name in by_size if sums[name]["sent"] >= LEAST][:LONGEST]
    providers = [_provider(name, sums[name]) for name in shown]
    rest = sum((sums[name] for name in by_size if name not in shown), Counter[str]())
    if rest:
        providers.append(_provider(_("All other domains"), rest))
    return providers


def _provider(name: str, sums: Counter[str]) -> Provider:
    return Provider(name, DomainRow(name, *(sums[field] for field in DomainRow._fields[1:])))
