"""The table of recipients: whom a campaign went to, and what each of them did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.accounts import keyset, paging
from campaigns.accounts.keyset import Key
from campaigns.accounts.paging import TablePage
from campaigns.audience import addresses, browsing
from campaigns.audience.segments import applying
from campaigns.composing.models import Campaign
from campaigns.reports import engagement, ledger
from campaigns.reports.ledger import Ledger
from campaigns.reports.querysets import ranking
from campaigns.reports.querysets import recipients as questions
from campaigns.reports.querysets.recipients import Question, RecipientRow
from campaigns.sending.models import Delivery

PER_PAGE = 50
Mode = Delivery.Mode

# The filters, in the order they are offered; the keys are those of `questions.SHOWN`.
FILTERS: tuple[tuple[str, str | Promise], ...] = (
    ("", _("Everybody")),
    ("sent", _("Sent")),
    ("opened", _("Opened")),
    ("perhaps", _("Perhaps opened")),
    ("clicked", _("Clicked")),
    ("not_opened", _("Not opened")),
    ("not_measured", _("Not measured")),
    ("unsubscribed", _("Unsubscribed")),
    ("complained", _("Reported as spam")),
    ("bounced", _("Bounced")),
    ("failed", _("Failed or not confirmed")),
    ("not_sent", _("Not sent")),
    ("waiting", _("Waiting")),
)
# Of what is in no index, and mostly rare.
FEW: dict[str, Callable[[Ledger], int]] = {
    "failed": lambda found: found.failed + found.unknown,
    "not_sent": lambda found: found.suppressed + found.cancelled,
    "waiting": lambda found: found.remaining,
}


class Outcome(models.TextChoices):
    """The strongest thing that can be said of a recipient. Values are those of badges."""

    CLICKED = "clicked", _("Clicked")
    OPENED = "opened", _("Opened")
    PERHAPS = "uncertain", _("Perhaps opened")
    NOT_OPENED = "not_opened", _("Not opened")
    UNSUBSCRIBED = "unsubscribed", _("Unsubscribed")
    COMPLAINED = "complained", _("Reported as spam")
    BOUNCED = "bounced", _("Bounced")
    COUNTED = "counted", _("Only in the totals")
    NOT_MEASURED = "not_measured", _("Not measured")
    NOT_KEPT = "not_kept", _("No longer kept")
    PENDING = "pending", _("Waiting")
    CLAIMED = "claimed", _("Being prepared")
    SENDING = "sending", _("Being handed over")
    FAILED = "failed", _("Failed")
    UNKNOWN = "unknown", _("Not confirmed")
    SUPPRESSED = "suppressed", _("Not sent: suppressed")
    CANCELLED = "cancelled", _("Not sent: cancelled")
    EXPIRED = "expired", _("Given up")


@dataclass(frozen=True)
class Recipient:
    """A row of the table."""

    row: RecipientRow

    @property
    def address(self) -> str:
        """The address with an international domain in its own letters."""
        return addresses.readable(self.row.address)

    @property
    def name(self) -> str:
        return f"{self.row.first_name or ''} {self.row.last_name or ''}".strip()

    @property
    def is_measured(self) -> bool:
        """Whether anything about this one person may be said."""
        return self.opens_are_measured or self.clicks_are_measured

    @property
    def opens_are_measured(self) -> bool:
        return self.row.mode == Mode.INDIVIDUAL

    @property
    def clicks_are_measured(self) -> bool:
        return (self.row.click_mode or self.row.mode) == Mode.INDIVIDUAL

    @property
    def outcome(self) -> Outcome:
        """The strongest thing that can be said."""
        return Outcome(self.row.outcome)


def question(campaign: Campaign, query: QueryDict) -> Question:
    """Read a query string; what makes no sense is left out."""
    show, sort, link = query.get("show", ""), query.get("sort", ""), query.get("link", "")
    asked = Question(
        campaign_id=campaign.pk,
        workspace_id=campaign.workspace_id,
        show=show if show in questions.SHOWN else "",
        link=int(link) if link.isascii() and link.isdecimal() and len(link) < 9 else None,
        segment=applying.asked(campaign.workspace, query),
        text=query.get("q", "").replace("\0", "").strip(),
    )
    if sort.removeprefix("-") in questions.SORTED:
        return _sortable(replace(asked, sort=sort))
    # Who is not asked for by what they did has mostly done nothing to be sorted by.
    return replace(asked, sort="address") if asked.needs_deliveries else asked


def narrowed(question: Question) -> Question:
    """Look for the text of a page's question now; a file goes without, and has all who match."""
    return ranking.narrowed(question, browsing.MOST_FOUND + 1) if question.text else question


def found_more(question: Question) -> bool:
    """Whether the text finds so many that only some of them are shown."""
    return question.found is not None and len(question.found) > browsing.MOST_FOUND


def _sortable(question: Question) -> Question:
    """Sort by address what only looking at very many could sort otherwise."""
    if question.is_ranked or question.is_by_address or question.text:
        return question
    is_much = ranking.count(question, keyset.COUNTED + 1) > keyset.COUNTED
    return replace(question, sort="address") if is_much else question


def page(question: Question, at: str) -> TablePage[Recipient]:
    """Return the page of the table that the key `at` leads to."""
    known = _known(question)

    def fetch(key: Key | None, length: int) -> list[tuple[Any, int, Recipient]]:
        if known == 0:
            return []
        found = ranking.window(question, key, length)
        return [(place, row.id, Recipient(row)) for place, row in found]

    def count(most: int) -> int:
        return ranking.count(question, most) if known is None else min(known, most)

    return paging.page(fetch, count, cast=question.order.cast, at=at, length=PER_PAGE)


def _known(question: Question) -> int | None:
    """Return how many there are where the ledger knows: of very many, they may be few."""
    if question.text or question.link is not None or question.segment is not None:
        return None
    if question.show == "not_opened":
        return _very_many_did_not_open(question.campaign_id)
    figure = FEW.get(question.show)
    return figure(ledger.of(question.campaign_id)) if figure else None


def _very_many_did_not_open(campaign_id: int) -> int | None:
    """Return how many did not open at least, if that is beyond what is counted."""
    kept = timezone.now() - timedelta(days=settings.EVENT_RETENTION_DAYS)
    if not Campaign.objects.filter(pk=campaign_id, launched_at__gt=kept).exists():
        return None
    # Who opened may have been counted out already, as somebody whose mail came back later.
    opened = engagement.of(campaign_id).people.openers_possible
    at_least = ledger.of(campaign_id).measured - opened
    # Twice, because the ledger may be of a while ago.
    return at_least if at_least > 2 * keyset.COUNTED else None
