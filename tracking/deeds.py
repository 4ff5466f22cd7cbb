"""What one person did with one campaign, and when each thing first came true. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tracking.classify import MACHINE, SURE
from tracking.tokens import Kind

FACETS = ("country", "device", "os", "client", "language", "region", "city")
# Of these nothing is counted where nothing is known, which is nearly always.
NEARER = frozenset({"region", "city"})
# What a campaign counts people by; the names of `PeopleCount`'s columns.
STATES = (
    "openers_sure",
    "openers_possible",
    "openers_raw",
    "clickers_sure",
    "clickers_possible",
    "clickers_raw",
)


class Deed(Protocol):
    """What is asked of an event here."""

    @property
    def kind(self) -> str: ...
    @property
    def verdict(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def country(self) -> str: ...
    @property
    def device(self) -> str: ...
    @property
    def os(self) -> str: ...
    @property
    def client(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def city(self) -> str: ...


@dataclass(slots=True)
class Deeds:
    """All that is kept of it; the names of `Engagement`'s columns."""

    workspace_id: int
    campaign_id: int
    delivery_id: int
    contact_id: int
    opens_sure: int = 0
    opens_uncertain: int = 0
    opens_machine: int = 0
    clicks_sure: int = 0
    clicks_uncertain: int = 0
    clicks_machine: int = 0
    first_open_at: datetime | None = None
    first_click_at: datetime | None = None
    last_at: datetime | None = None
    latest_at: datetime | None = None
    clicks_only: bool = False
    country: str = ""
    device: str = ""
    os: str = ""
    client: str = ""
    language: str = ""
    region: str = ""
    city: str = ""

    def add(self, event: Deed) -> None:
        """Add one open or click."""
        clicked = event.kind == Kind.CLICK
        self.latest_at = max(self.latest_at or event.at, event.at)
        if event.verdict in SURE:
            self._add_sure(event, clicked=clicked)
        elif event.verdict in MACHINE:
            self.clicks_machine += clicked
            self.opens_machine += not clicked
        else:
            self.clicks_uncertain += clicked
            self.opens_uncertain += not clicked

    def _add_sure(self, event: Deed, *, clicked: bool) -> None:
        if clicked:
            self.clicks_sure += 1
            self.first_click_at = min(self.first_click_at or event.at, event.at)
        else:
            self.opens_sure += 1
            self.first_open_at = min(self.first_open_at or event.at, event.at)
        self.last_at = max(self.last_at or event.at, event.at)
        # What was seen first stays: a person counts in one slice of each pie.
        self.country = self.country or event.country
        self.device = self.device or event.device
        self.os = self.os or event.os
        self.client = self.client or event.client
        self.language = self.language or event.language
        self.region = self.region or event.region
        self.city = self.city or event.city

    def states(self) -> tuple[bool, ...]:
        """Return which of STATES are true.

        Nobody clicks without having opened; where opens are not to be known, it tells nothing.
        """
        clicker = self.clicks_sure > 0
        tells = not self.clicks_only
        opener = (tells and clicker) or self.opens_sure > 0
        perhaps = opener or self.opens_uncertain > 0 or (tells and self.clicks_uncertain > 0)
        return (
            opener,
            perhaps,
            perhaps or self.opens_machine > 0,
            clicker,
            clicker or self.clicks_uncertain > 0,
            clicker or self.clicks_uncertain > 0 or self.clicks_machine > 0,
        )

    def slices(self) -> tuple[str, ...] | None:
        """Return the person's value of each of FACETS; None for whom nobody has seen."""
        if not (self.opens_sure or self.clicks_sure):
            return None
        return (
            *(self.country, self.device, self.os, self.client, self.language),
            *(self.region, self.city),
        )


def is_counted(facet: str, value: str) -> bool:
    """Return whether a slice is worth a row."""
    return bool(value) or facet not in NEARER
