"""The table of recipients: whom a campaign went to, and what each of them did."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import models
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.audience import addresses
from campaigns.composing.models import Campaign
from campaigns.reports import pages
from campaigns.reports.pages import TablePage
from campaigns.reports.querysets import recipients as questions
from campaigns.reports.querysets.keyset import Key
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
    show, sort, link = query.get("show", ""), query.get("sort", "-last"), query.get("link", "")
    return Question(
        campaign_id=campaign.pk,
        workspace_id=campaign.workspace_id,
        show=show if show in questions.SHOWN else "",
        link=int(link) if link.isascii() and link.isdecimal() and len(link) < 9 else None,
        text=query.get("q", "").replace("\0", "").strip(),
        sort=sort if sort.removeprefix("-") in questions.SORTED else "-last",
    )


def page(question: Question, at: str) -> TablePage[Recipient]:
    """Return the page of the table that the key `at` leads to."""

    def fetch(key: Key | None, length: int) -> list[tuple[Any, int, Recipient]]:
        found = questions.window(question, key, length)
        return [(place, row.id, Recipient(row)) for place, row in found]

    return pages.page(
        fetch,
        partial(questions.count, question),
        order=question.order,
        at=at,
        length=PER_PAGE,
    )
