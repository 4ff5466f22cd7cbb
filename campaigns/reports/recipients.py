"""The table of recipients: whom a campaign went to, and what each of them did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db import models
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.audience import addresses
from campaigns.composing.models import Campaign
from campaigns.reports.querysets import recipients as questions
from campaigns.reports.querysets.recipients import Question, RecipientRow, Window
from campaigns.sending.models import Delivery

PER_PAGE = 50
State, Mode = Delivery.State, Delivery.Mode

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
        row = self.row
        if row.state != State.SENT:
            return Outcome(row.state)
        if row.hard_bounced_at:
            return Outcome.BOUNCED
        if row.complained_at:
            return Outcome.COMPLAINED
        if row.unsubscribed_at:
            return Outcome.UNSUBSCRIBED
        if not self.is_measured:
            return self._unmeasured
        return self._deed

    @property
    def _unmeasured(self) -> Outcome:
        counted = Mode.AGGREGATE in (self.row.mode, self.row.click_mode)
        return Outcome.COUNTED if counted else Outcome.NOT_MEASURED

    @property
    def _deed(self) -> Outcome:
        row = self.row
        if row.clicks:
            return Outcome.CLICKED
        if row.opens:
            return Outcome.OPENED
        if row.opens_uncertain or row.clicks_uncertain:
            return Outcome.PERHAPS
        if not self.opens_are_measured:
            return self._unmeasured
        # What was done long ago is not kept of everybody: see docs/privacy.md.
        kept = timedelta(days=settings.EVENT_RETENTION_DAYS)
        if row.done_at is not None and row.done_at <= timezone.now() - kept:
            return Outcome.NOT_KEPT
        return Outcome.NOT_OPENED


def question(campaign: Campaign, query: QueryDict) -> Question:
    """Read a query string; what makes no sense is left out."""
    show, sort = query.get("show", ""), query.get("sort", "-last")
    return Question(
        campaign_id=campaign.pk,
        workspace_id=campaign.workspace_id,
        show=show if show in questions.SHOWN else "",
        text=query.get("q", "").strip(),
        sort=sort if sort.removeprefix("-") in questions.SORTED else "-last",
    )


def page(question: Question, number: str | None) -> Page[Recipient]:
    """Return one page of the table; the last one for a number beyond it."""
    wanted = int(number) if number and number.isdecimal() and len(number) < 9 else 1
    wanted = max(1, wanted)
    found = _window(question, wanted)
    # The rows are cut and counted already: the paginator only knows how many there are.
    pages: Paginator[Any] = Paginator(range(found.total), PER_PAGE)
    if wanted > pages.num_pages:
        wanted = pages.num_pages
        found = _window(question, wanted)
    return Page([Recipient(row) for row in found.rows], wanted, pages)


def _window(question: Question, number: int) -> Window:
    return questions.window(question, start=PER_PAGE * (number - 1), length=PER_PAGE)
