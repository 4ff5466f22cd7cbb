"""The table of recipients: whom a campaign went to, and what each of them did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import overload

from django.core.paginator import Page, Paginator
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.audience import addresses
from campaigns.composing.models import Campaign
from campaigns.reports.querysets import recipients as questions
from campaigns.reports.querysets.recipients import Question, RecipientRow
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

# What a row says of somebody whom the mail reached: (value of the badge, words).
CLICKED = ("clicked", _("Clicked"))
OPENED = ("opened", _("Opened"))
PERHAPS = ("uncertain", _("Perhaps opened"))
NOT_OPENED = ("not_opened", _("Not opened"))
UNSUBSCRIBED = ("unsubscribed", _("Unsubscribed"))
BOUNCED = ("bounced", _("Bounced"))
COMPLAINED = ("complained", _("Reported as spam"))
UNMEASURED = {
    Mode.AGGREGATE: ("not_measured", _("Only in the totals")),
    Mode.NONE: ("not_measured", _("Not measured")),
}


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
        return self.row.mode == Mode.INDIVIDUAL

    @property
    def outcome(self) -> tuple[str, str | Promise]:
        """The strongest thing that can be said: a value for the badge, and words."""
        row = self.row
        if row.state != State.SENT:
            return row.state, State(row.state).label
        if row.hard_bounced_at:
            return BOUNCED
        if row.complained_at:
            return COMPLAINED
        if row.unsubscribed_at:
            return UNSUBSCRIBED
        if not self.is_measured:
            return UNMEASURED[Mode(row.mode)]
        if row.clicks:
            return CLICKED
        if row.opens:
            return OPENED
        if row.opens_uncertain or row.clicks_uncertain:
            return PERHAPS
        return NOT_OPENED


class Found(Sequence[Recipient]):
    """The recipients that were asked for; a slice is one query, as a Paginator wants."""

    def __init__(self, question: Question) -> None:
        self.question = question

    def __len__(self) -> int:
        return self._size

    @cached_property
    def _size(self) -> int:
        return questions.count(self.question)

    @overload
    def __getitem__(self, place: int) -> Recipient: ...
    @overload
    def __getitem__(self, place: slice) -> list[Recipient]: ...
    def __getitem__(self, place: int | slice) -> Recipient | list[Recipient]:
        if isinstance(place, int):
            return self[place : place + 1][0]
        start, stop, _step = place.indices(self._size)
        return [Recipient(row) for row in questions.window(self.question, start=start, stop=stop)]


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
    """Return one page of the table."""
    return Paginator(Found(question), PER_PAGE).get_page(number)
