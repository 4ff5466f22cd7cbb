"""send.render: one recipient's whole mail, personalised, signed and encoded.

A mail of about 27 kB with 25 tracked links. The reference is what a plain Django
project does: a template compiled once, `EmailMultiAlternatives`, `as_bytes()`; same
content, same tokens, rounds in turn, in processor time (other work on the machine does
not count).
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.template import Context, Template

from campaigns.accounts.models import Workspace
from campaigns.audience import recipient_links, tokens
from campaigns.composing import compiling
from campaigns.composing.compiling import Person
from campaigns.composing.models import Revision
from tracking import addresses, keys
from tracking.tokens import Mode

ROUNDS = 7
OURS, THEIRS = 20_000, 200
LINKS = 25
TARGET = 100

_PARAGRAPH = (
    "Three new lots came off the roaster this week, and one of them is the best Ethiopian we "
    "have ever had – peach, jasmine, a long honeyed end. Read on for what is in the bag, how we "
    "brew it, and where to taste it for free. "
)
_NAMES = ("Maria", "Ahmed", "Wei", "Anna", "Zoë", "John", "Fatima", "Luca", "Emma", "Noah")
_GREETING = 'Hello {{ contact.first_name | default: "friend" }} from {{ contact.company }}'


@dataclass(frozen=True)
class _Row:
    """What comes out of the database for one recipient."""

    uuid_hex: str
    address: str
    contact: dict[str, str]


_ROWS = [
    _Row(
        uuid_hex=f"{number:032x}",
        address=f"person{number}@example.com",
        contact={"first_name": _NAMES[number % 10], "company": "Acme & Sons"},
    )
    for number in range(OURS + 1)
]


def run() -> list[dict[str, Any]]:
    """Measure in turn, and return the medians."""
    urls = [
        f"https://shop.example/lots/{number}?utm_source=mail&lot={number}"
        for number in range(LINKS)
    ]
    ours, theirs = _ours(urls), _theirs(urls)
    rates: list[tuple[float, float]] = []
    for _round in range(ROUNDS):
        rates.append((_rate(ours, OURS), _rate(theirs, THEIRS)))
    figure = statistics.median(rate for rate, _ in rates)
    reference = statistics.median(rate for _, rate in rates)
    ratio = statistics.median(rate / other for rate, other in rates)
    return [
        {
            "name": "send.render",
            "figure": round(figure),
            "unit": "mails/s",
            "reference": "Django Template + EmailMultiAlternatives.message().as_bytes(), same mail",
            "reference_figure": round(reference),
            "ratio": round(ratio, 1),
            "target": f"≥ {TARGET} ×",
            "met": ratio >= TARGET,
        }
    ]


def _ours(urls: list[str]) -> Callable[[int], bytes]:
    numbers = {url: number for number, url in enumerate(urls, 1)}
    mail = compiling.compile_revision(_revision(urls, numbers), "individual")
    sign = keys.signer().pair(1, Mode.INDIVIDUAL)
    leave = tokens.of_campaign(1)

    def make(number: int) -> bytes:
        row = _ROWS[number]
        opened, clicked = sign(number, number, 0)
        return mail.fill(
            Person(
                row.uuid_hex,
                row.address,
                row.contact,
                opened,
                clicked,
                leave(number, number),
            )
        )

    return make


def _theirs(urls: list[str]) -> Callable[[int], bytes]:
    """Give the same mail, made the way Django's documentation shows."""
    html, text = Template(_django(_html(urls))), Template(_django(_text(urls)))
    sign = keys.signer().pair(1, Mode.INDIVIDUAL)

    def make(number: int) -> bytes:
        row = _ROWS[number]
        opened, clicked = sign(number, number, 0)
        leave = tokens.unsubscribe_token(number, 1, number)
        context = Context(
            {
                "contact": row.contact,
                "links": [addresses.click_url(clicked, n) for n in range(1, LINKS + 1)],
                "pixel": addresses.open_url(opened),
                "unsubscribe_url": recipient_links.unsubscribe_url(leave),
            }
        )
        message = EmailMultiAlternatives(
            f"News for {row.contact['first_name']}",
            text.render(context),
            '"Acme News" <news@acme.example>',
            [row.address],
            reply_to=["answers@acme.example"],
            headers={
                "Message-ID": f"<{row.uuid_hex}@acme.example>",
                "List-Unsubscribe": f"<{recipient_links.one_click_url(leave)}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            },
        )
        message.attach_alternative(html.render(context), "text/html")
        return bytes(message.message().as_bytes())

    return make


def _revision(urls: list[str], numbers: dict[str, int]) -> Revision:
    workspace = Workspace(name="Acme", postal_address="1 Main Street", language="en")
    html, text = _html(urls), _text(urls)
    for number, url in enumerate(urls):
        html = html.replace(f"[[link{number}]]", url.replace("&", "&amp;"))
        text = text.replace(f"[[link{number}]]", url)
    return Revision(
        workspace=workspace,
        number=1,
        subject="News for {{ contact.first_name }}",
        from_name="Acme News",
        from_email="news@acme.example",
        reply_to="answers@acme.example",
        postal_address="1 Main Street",
        list_name="Newsletter",
        list_key="list-1",
        html=html,
        text=text,
        links=numbers,
    )


def _html(urls: list[str]) -> str:
    style = "margin:0 0 16px;font:400 16px/26px -apple-system,Segoe UI,Roboto,Arial,sans-serif"
    rows = "".join(
        f'<p style="{style}">{_PARAGRAPH * 3}<a href="[[link{number}]]" '
        f'style="color:#1d4ed8;text-decoration:underline">See lot {number}</a></p>\n'
        for number in range(len(urls))
    )
    return (
        '<!DOCTYPE html><html><head><meta charset="utf-8"></head><body>'
        f"<h1>{_GREETING}</h1>\n{rows}</body></html>"
    )


def _text(urls: list[str]) -> str:
    rows = "\n\n".join(f"Lot {number}: <[[link{number}]]>" for number in range(len(urls)))
    return f"{_GREETING}\n\n{_PARAGRAPH}\n\n{rows}\n"


def _django(source: str) -> str:
    source = source.replace('| default: "friend"', '|default:"friend"')
    for number in range(LINKS):
        source = source.replace(f"[[link{number}]]", f"{{{{ links.{number} }}}}")
    way_out = '<p><a href="{{ unsubscribe_url }}">Unsubscribe</a></p><img src="{{ pixel }}">'
    return source.replace("</body>", f"{way_out}</body>")


def _rate(make: Callable[[int], bytes], count: int) -> float:
    start = time.process_time()
    for number in range(1, count + 1):
        make(number)
    return count / (time.process_time() - start)
