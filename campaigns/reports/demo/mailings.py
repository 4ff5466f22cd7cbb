"""What the sample workspace mailed, and when."""

from __future__ import annotations

from dataclasses import dataclass

from campaigns.composing.blocks.document import Block
from campaigns.reports.demo import mails

# The sample's lists: (name, description, share of all readers that is on it).
LISTS = (
    ("Garden letter", "A letter about the season, twice a month.", 0.86),
    ("Offers and openings", "New bulbs and herbs, and what is on sale.", 0.42),
    ("Workshops in Utrecht", "Evenings at our greenhouse.", 0.16),
)


@dataclass(frozen=True)
class Mailing:
    """A campaign of the sample."""

    name: str
    subject: str
    preheader: str
    lists: tuple[str, ...]
    # Days before today (after it, when negative: scheduled), and the hour of day in the
    # workspace's time zone; None: a draft.
    days_ago: int | None
    hour: int
    # Markdown, or blocks.
    body: str | tuple[Block, ...]
    # How much this one was liked, against the others.
    appeal: float = 1.0
    # How much each link is liked, in the order they stand in the body.
    pull: tuple[float, ...] = ()


MAILINGS = (
    Mailing(
        name="Garden letter: tomatoes",
        subject="Too many tomatoes?",
        preheader="A sauce that keeps, and seeds for next year",
        lists=("Garden letter",),
        days_ago=41,
        hour=10,
        body=mails.SUMMER,
        appeal=0.95,
        pull=(2.2, 1.1, 0.7),
    ),
    Mailing(
        name="Garden letter: autumn bulbs",
        subject="Plant now, flower in March",
        preheader="Three bulbs we would plant ourselves",
        lists=("Garden letter",),
        days_ago=29,
        hour=9,
        body=mails.AUTUMN,
        appeal=1.15,
        pull=(1.0, 1.6, 0.9, 2.6, 1.2),
    ),
    Mailing(
        name="Herbs for the windowsill",
        subject='{{ contact.first_name | default: "Friends" }}, something green for winter',
        preheader="Five herbs that live on a windowsill",
        lists=("Garden letter",),
        days_ago=17,
        hour=7,
        body=mails.HERBS,
        appeal=1.0,
        pull=(2.4, 1.7, 1.0, 0.6),
    ),
    Mailing(
        name="Wreath evenings",
        subject="Three Thursdays, twelve places each",
        preheader="Wreaths and soup at the greenhouse",
        lists=("Workshops in Utrecht",),
        days_ago=9,
        hour=18,
        body=mails.WORKSHOP,
        appeal=1.5,
        pull=(3.0, 0.8, 0.1, 0.05),
    ),
    Mailing(
        name="Last bulbs at half price",
        subject="Half price until Sunday",
        preheader="Then the rest goes to the school gardens",
        lists=("Offers and openings", "Garden letter"),
        days_ago=2,
        hour=8,
        body=mails.SALE,
        appeal=1.25,
        pull=(3.4, 1.8, 0.9, 0.5, 0.1, 0.05),
    ),
    Mailing(
        name="Garden letter: December",
        subject="What the garden does in December",
        preheader="It looks asleep, and is not",
        lists=("Garden letter",),
        days_ago=None,
        hour=9,
        body=mails.WINTER,
    ),
    Mailing(
        name="Garden letter: the year in one bed",
        subject="Four square metres, twelve months",
        preheader="A plan to print",
        lists=("Garden letter",),
        days_ago=-12,
        hour=9,
        body=mails.PLANS,
    ),
)
