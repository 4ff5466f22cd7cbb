"""The newsletter that sending is measured with: about 27 kB, 25 links, both parts.

Once for a campaign of ours, once as a Django project would write it: a template for each
part, a signed address for each link.
"""

from __future__ import annotations

from collections.abc import Callable

from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.template import Context, Template

LINKS = 25
URLS = [f"https://shop.example/lots/{number}?utm_source=mail" for number in range(LINKS)]

_TEXT = (
    "Three new lots came off the roaster this week, and one of them is the best Ethiopian we "
    "have ever had – peach, jasmine, a long honeyed end. Read on for what is in the bag, how we "
    "brew it, and where to taste it for free. "
)
_STYLE = "margin:0 0 16px;font:400 16px/26px -apple-system,Segoe UI,Roboto,Arial,sans-serif"
_LINK = "color:#1d4ed8;text-decoration:underline"


def html() -> str:
    """Return the HTML of a campaign."""
    return _html('{{ contact.first_name | default: "friend" }}', URLS)


def text() -> str:
    """Return the plain text of a campaign."""
    return _text('{{ contact.first_name | default: "friend" }}', URLS)


def stock() -> Callable[[int], EmailMultiAlternatives]:
    """Return a maker of the same mail in the way of Django's documentation."""
    name = '{{ contact.first_name|default:"friend" }}'
    links = [f"{{{{ links.{number} }}}}" for number in range(LINKS)]
    way_out = '<a href="{{ leave }}">Unsubscribe</a><img src="{{ pixel }}">'
    page = Template(_html(name, links).replace("</body>", f"{way_out}</body>"))
    plain = Template(_text(name, links))

    def make(number: int) -> EmailMultiAlternatives:
        token = signing.dumps([1, number, number])
        context = Context(
            {
                "contact": {"first_name": f"Person {number}"},
                "links": [f"https://news.example/c/{token}/{n}" for n in range(LINKS)],
                "pixel": f"https://news.example/o/{token}.gif",
                "leave": f"https://news.example/u/{token}",
            }
        )
        mail = EmailMultiAlternatives(
            f"News for Person {number}",
            plain.render(context),
            '"Acme News" <news@acme.example>',
            [f"person{number}@example.com"],
            headers={"List-Unsubscribe": f"<https://news.example/u/{token}>"},
        )
        mail.attach_alternative(page.render(context), "text/html")
        return mail

    return make


def _html(name: str, links: list[str]) -> str:
    rows = "".join(
        f'<p style="{_STYLE}">{_TEXT * 3}<a href="{link}" style="{_LINK}">See lot {n}</a></p>\n'
        for n, link in enumerate(links)
    )
    return (
        '<!DOCTYPE html><html><head><meta charset="utf-8"></head><body>'
        f"<h1>Hello {name}</h1>\n{rows}</body></html>"
    )


def _text(name: str, links: list[str]) -> str:
    rows = "\n\n".join(f"Lot {n}: {link}" for n, link in enumerate(links))
    return f"Hello {name}\n\n{_TEXT}\n\n{rows}\n"
