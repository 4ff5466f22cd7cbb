"""Mailbox providers: whom a campaign reached at each, and what they did.

Tracking knows no domains, so this looks at each delivery, which takes a second for a
million. It is asked for after the page, remembered, and told with the time it was counted.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.audience import addresses
from campaigns.composing.models import Campaign
from campaigns.reports.figures import Bounds, Rate
from campaigns.reports.querysets import providers as questions
from campaigns.reports.querysets.providers import DomainRow
from campaigns.sending.pacing import domains

LONGEST = 10
# A domain of so few is not a mailbox provider: it stands with all others.
LEAST = 10
# Counted again after so many times as long as it took.
PAUSE = 20


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
    # Whether that was some time ago, so that more may have happened since.
    is_remembered: bool = False


def of(campaign: Campaign) -> Table:
    """Return the mailbox providers of a campaign, counted now or a little while ago."""
    key = f"reports:mailboxes:{campaign.pk}"
    now = timezone.now()
    known = cache.get(key)
    # Plain values, so that a newer version of ours can read what an older one kept.
    if known is not None and now - known["at"] < timedelta(seconds=PAUSE * known["took"]):
        rows = [DomainRow(*row) for row in known["rows"]]
        return Table(_grouped(rows), known["at"], is_remembered=True)
    start = time.perf_counter()
    rows = questions.domain_rows(campaign.pk)
    took = time.perf_counter() - start
    cache.set(key, {"rows": [tuple(row) for row in rows], "at": now, "took": took}, 24 * 3600)
    return Table(_grouped(rows), now)


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
