"""What the sample workspace mailed, and when."""

from __future__ import annotations

from dataclasses import dataclass

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
    body: str
    # How much this one was liked, against the others.
    appeal: float = 1.0
    # How much each link is liked, in the order they stand in the body.
    pull: tuple[float, ...] = ()


GREETING = 'Hello {{ contact.first_name | default: "garden friend" }},'

SUMMER = f"""\
# What to do with too many tomatoes

{GREETING}

They all ripen in the same week, every year. Here is what we do with ours: a sauce that keeps
until spring, and seeds for next year, dried on a saucer.

[The sauce](https://tulip-and-thyme.example/recipes/tomato-sauce) ·
[Saving seeds](https://tulip-and-thyme.example/journal/saving-seeds)

[Jars and lids](https://tulip-and-thyme.example/kitchen/jars)
"""

AUTUMN = f"""\
# Plant now, flower in March

{GREETING}

The soil is still warm, the nights are cool: this is the fortnight in which bulbs root best.
We put together what we would plant ourselves.

## Three bulbs for a small garden

- [Crocus tommasinianus](https://tulip-and-thyme.example/bulbs/crocus): early, and bees love it.
- [Tulipa sylvestris](https://tulip-and-thyme.example/bulbs/sylvestris): comes back each year.
- [Narcissus ‘Thalia’](https://tulip-and-thyme.example/bulbs/thalia): white, smells of spring.

[See all autumn bulbs](https://tulip-and-thyme.example/bulbs)

## How deep?

Twice as deep as the bulb is high. Our [planting calendar](https://tulip-and-thyme.example/calendar)
says the rest, month by month.

Warm regards,
Hanna, Tulip & Thyme
"""

HERBS = f"""\
# Herbs for the windowsill

{GREETING}

Winter is when a handful of something green matters most. These five live on a windowsill,
want little, and are cut again and again.

[The windowsill set](https://tulip-and-thyme.example/herbs/windowsill-set): thyme, chives, mint,
parsley and sage, in one box.

## A recipe while you wait

[Potato soup with thyme](https://tulip-and-thyme.example/recipes/potato-soup), twenty minutes.

[All herbs](https://tulip-and-thyme.example/herbs) ·
[How to water](https://tulip-and-thyme.example/care/watering)

Hanna, Tulip & Thyme
"""

SALE = f"""\
# The last bulbs leave at half price

{GREETING}

Whatever is still on our shelves on Sunday evening goes to the school gardens of Utrecht.
Until then you get it at **half price**.

[To the sale](https://tulip-and-thyme.example/sale)

[Tulips](https://tulip-and-thyme.example/sale/tulips) ·
[Alliums](https://tulip-and-thyme.example/sale/alliums) ·
[Delivery times](https://tulip-and-thyme.example/delivery)
"""

WORKSHOP = f"""\
# An evening of wreaths

{GREETING}

On three Thursdays we make wreaths from what the garden leaves us: ivy, hops, seed heads, dried
roses. There are twelve places an evening, and soup.

[Choose an evening](https://tulip-and-thyme.example/workshops/wreaths)

[How to find the greenhouse](https://tulip-and-thyme.example/visit)
"""

WINTER = f"""\
# What the garden does in December

{GREETING}

It looks asleep, and is not. In this letter: why leaves may stay where they fall, what to
prune and what to leave alone, and a small present for those who planted in October.

[Leave the leaves](https://tulip-and-thyme.example/journal/leave-the-leaves)

[A present](https://tulip-and-thyme.example/present?to={{{{ contact.country | default: "all" }}}})

[The December calendar](https://tulip-and-thyme.example/calendar/december)
"""

PLANS = f"""\
# The year in one bed

{GREETING}

A plan for four square metres: what to sow when, what stands beside what, and what follows.

[The plan, to print](https://tulip-and-thyme.example/journal/one-bed)

[Seeds for it](https://tulip-and-thyme.example/seeds/one-bed)
"""

MAILINGS = (
    Mailing(
        name="Garden letter: tomatoes",
        subject="Too many tomatoes?",
        preheader="A sauce that keeps, and seeds for next year",
        lists=("Garden letter",),
        days_ago=41,
        hour=10,
        body=SUMMER,
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
        body=AUTUMN,
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
        body=HERBS,
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
        body=WORKSHOP,
        appeal=1.5,
        pull=(3.0, 0.8),
    ),
    Mailing(
        name="Last bulbs at half price",
        subject="Half price until Sunday",
        preheader="Then the rest goes to the school gardens",
        lists=("Offers and openings", "Garden letter"),
        days_ago=2,
        hour=8,
        body=SALE,
        appeal=1.25,
        pull=(3.4, 1.8, 0.9, 0.5),
    ),
    Mailing(
        name="Garden letter: December",
        subject="What the garden does in December",
        preheader="It looks asleep, and is not",
        lists=("Garden letter",),
        days_ago=None,
        hour=9,
        body=WINTER,
    ),
    Mailing(
        name="Garden letter: the year in one bed",
        subject="Four square metres, twelve months",
        preheader="A plan to print",
        lists=("Garden letter",),
        days_ago=-12,
        hour=9,
        body=PLANS,
    ),
)
