"""What the campaigns of the sample workspace say: some in Markdown, some in blocks.

In an address of a picture `starter:` stands for where the pictures of our templates are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from campaigns.composing.blocks import document
from campaigns.composing.blocks.document import Block
from campaigns.composing.templating import starters

SHOP = "https://tulip-and-thyme.example"
GREETING = 'Hello {{ contact.first_name | default: "garden friend" }},'
# Of the sample's segments, by the key that mails call it with.
NEAR = "7c11a2b09e54"


def _text(html: str, **more: Any) -> Block:
    return {"type": "text", "html": html, **more}


def _image(name: str, alt: str, **more: Any) -> Block:
    return {"type": "image", "src": f"starter:{name}.png", "alt": alt, **more}


def _button(label: str, path: str, **more: Any) -> Block:
    return {"type": "button", "label": label, "href": SHOP + path, **more}


def _beside(picture: Block, words: Block) -> Block:
    columns = [[picture], [words]]
    return {"type": "columns", "columns": columns, "widths": "narrow_first", "beside": True}


def _link(words: str, path: str) -> str:
    return f'<a href="{SHOP}{path}">{words}</a>'


_LOGO: Block = {"type": "logo"}
_LINE: Block = {"type": "divider"}
_SOCIAL: Block = {"type": "social", "brand": True}

SUMMER = f"""\
# What to do with too many tomatoes

{GREETING}

They all ripen in the same week, every year. Here is what we do with ours: a sauce that keeps \
until spring, and seeds for next year, dried on a saucer.

[The sauce]({SHOP}/recipes/tomato-sauce) ·
[Saving seeds]({SHOP}/journal/saving-seeds)

[Jars and lids]({SHOP}/kitchen/jars)
"""

AUTUMN = f"""\
# Plant now, flower in March

{GREETING}

The soil is still warm, the nights are cool: this is the fortnight in which bulbs root best. \
We put together what we would plant ourselves.

## Three bulbs for a small garden

- [Crocus tommasinianus]({SHOP}/bulbs/crocus): early, and bees love it.
- [Tulipa sylvestris]({SHOP}/bulbs/sylvestris): comes back each year.
- [Narcissus ‘Thalia’]({SHOP}/bulbs/thalia): white, smells of spring.

[See all autumn bulbs]({SHOP}/bulbs)

## How deep?

Twice as deep as the bulb is high. Our [planting calendar]({SHOP}/calendar) says the rest, \
month by month.

Warm regards,
Hanna, Tulip & Thyme
"""

HERBS = f"""\
# Herbs for the windowsill

{GREETING}

Winter is when a handful of something green matters most. These five live on a windowsill, \
want little, and are cut again and again.

[The windowsill set]({SHOP}/herbs/windowsill-set): thyme, chives, mint, parsley and sage, in one \
box.

## A recipe while you wait

[Potato soup with thyme]({SHOP}/recipes/potato-soup), twenty minutes.

[All herbs]({SHOP}/herbs) ·
[How to water]({SHOP}/care/watering)

Hanna, Tulip & Thyme
"""

SALE = (
    _LOGO,
    _image("bag", "A shopping bag with a golden label", width=600, band="accent"),
    _text("<h1>The last bulbs leave at half price</h1>", align="center", band="accent"),
    _text(
        "<p>Whatever is still on our shelves on Sunday evening goes to the school gardens of "
        "Utrecht. Until then you get it at <strong>half price</strong>.</p>",
        align="center",
        size="large",
        band="accent",
    ),
    _button("To the sale", "/sale", align="center", band="accent"),
    _text("<h2>What is left</h2>"),
    _beside(
        _image("plant", "A green plant in a red pot", width=180),
        _text(
            f"<h3>Tulips</h3><p>Early and late ones, mixed. {_link('See them', '/sale/tulips')}</p>"
        ),
    ),
    _beside(
        _image("book", "An open book with a red ribbon", width=180),
        _text(
            "<h3>Alliums</h3><p>Tall, round and violet; snails leave them alone. "
            f"{_link('See them', '/sale/alliums')}</p>"
        ),
    ),
    _LINE,
    _text(f"<p>Ordered today, planted on Saturday: {_link('delivery times', '/delivery')}.</p>"),
    _SOCIAL,
)

WORKSHOP = (
    _LOGO,
    _image("evening", "Lights over a garden at night, and a laid table", width=600),
    _text(
        f"<h1>An evening of wreaths</h1><p>{GREETING}</p>"
        "<p>On three Thursdays we make wreaths from what the garden leaves us: ivy, hops, seed "
        "heads, dried roses. There are twelve places an evening, and soup.</p>"
    ),
    _button("Choose an evening", "/workshops/wreaths"),
    _text(
        "<h2>Good to know</h2><ul><li>Bring gloves; we have everything else.</li>"
        "<li>Begin at seven, home by ten.</li></ul>"
        f"<p>{_link('How to find the greenhouse', '/visit')}</p>",
        band="tint",
    ),
    _SOCIAL,
)

WINTER = (
    _LOGO,
    _image("morning", "The sun comes up behind green hills", width=600),
    _text(
        f"<h1>What the garden does in December</h1><p>{GREETING}</p>"
        "<p>It looks asleep, and is not. In this letter: why leaves may stay where they fall, what "
        "to prune and what to leave alone, and a small present for those who planted in "
        "October.</p>"
    ),
    _button("Leave the leaves", "/journal/leave-the-leaves"),
    _LINE,
    _beside(
        _image("cup", "A red cup of something hot", width=180),
        _text(
            "<h2>A present</h2><p>Seeds of what flowered best here this year, in a letter. "
            f"{_link('Tell us where to', '/present')}</p>"
        ),
    ),
    _beside(
        _image("book", "An open book with a red ribbon", width=180),
        _text(
            "<h2>The December calendar</h2>"
            "<p>One small thing to do each week, on one page to print. "
            f"{_link('Get it', '/calendar/december')}</p>"
        ),
    ),
    {
        "type": "condition",
        "test": "in",
        "segment": NEAR,
        "blocks": [
            _text(
                "<h2>You live nearby</h2><p>On Saturday 12 the greenhouse is open until nine, with "
                f"soup and candles. {_link('Come by', '/visit')}</p>",
                band="tint",
            )
        ],
    },
    _text("<p>Warm regards,<br>Hanna, Tulip &amp; Thyme</p>"),
    _SOCIAL,
)

PLANS = (
    _LOGO,
    _image("plant", "A green plant in a red pot", width=260),
    _text(
        f"<h1>The year in one bed</h1><p>{GREETING}</p>"
        "<p>A plan for four square metres: what to sow when, what stands beside what, and what "
        "follows.</p>"
    ),
    _button("The plan, to print", "/journal/one-bed"),
    _text(f"<p>{_link('Seeds for it', '/seeds/one-bed')}, in one small box.</p>"),
    _SOCIAL,
)


def source(blocks: Sequence[Block]) -> str:
    """Return the document of a mail of these blocks, as the editor keeps it."""
    written = document.dump({"version": document.VERSION, "blocks": list(blocks)})
    return document.dump(document.read(starters.with_pictures(written)))
