"""Put hostile snippets into whole mails in every way there is, as saving and sending would.

Where a snippet cannot reach past its own place, many share a mail: in Markdown, in blocks, in
what is known of a contact, and around the body. A number stands beside each, so that one that
swallowed its neighbours would be seen. What pasted HTML and MJML are given they keep, and a
template goes on to its end: those have a mail of their own.
"""

from __future__ import annotations

import html
import itertools
import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from django.conf import settings

from campaigns.accounts.models import Sender, Workspace
from campaigns.composing import compiling, freezing
from campaigns.composing.blocks import document
from campaigns.composing.blocks.document import BlocksError
from campaigns.composing.compiling import Person
from campaigns.composing.headers import HeaderError
from campaigns.composing.merge_tags import MergeTagError
from campaigns.composing.models import Campaign, Revision
from tests.composing import hostile

REFUSED = (MergeTagError, HeaderError, BlocksError)
# What must be in no mail, whatever a template asks for.
SECRETS = {
    "the secret key": settings.SECRET_KEY,
    "what a template worked out": hostile.WORKED_OUT,
    "the environment": os.environ["PATH"],
    "a class": "<class",
    "an object": " object at 0x",
    "a file": "root:x:0",
}
OPENING, CLOSING = "<html><body>", "</body></html>"
# Whose HTML is ours from end to end: nothing in it may run even where nothing holds it.
CLEANED = ("markdown", "blocks", "values", "around")
WAYS = (*CLEANED, "html", "mjml")
TOGETHER = 25
_HEADER = re.compile(rb"^([A-Za-z-]+):", re.MULTILINE)


@dataclass(frozen=True)
class Mail:
    """What became of some snippets in one way of writing."""

    way: str
    snippets: tuple[str, ...]
    parts: compiling.Parts
    headers: tuple[str, ...]

    @property
    def html(self) -> str:
        """The HTML part."""
        return self.parts.html

    @property
    def leaked(self) -> list[str]:
        """Name what of the server is in it."""
        said = "\n".join((self.parts.subject, self.parts.html, self.parts.text))
        return [name for name, secret in SECRETS.items() if secret in said]

    @property
    def swallowed(self) -> list[int]:
        """Number the snippets that are not beside what stands next to them any more."""
        return [n for n in range(len(self.snippets)) if f"Word{n}." not in self.parts.html]


def every(snippets: Sequence[str], *ways: str) -> Iterator[Mail]:
    """Give the mails these get into. Any error but ours goes on to the test."""
    campaigns = _campaigns()
    for way in ways or WAYS:
        together = [one for one in snippets if _shares(one, way)]
        for group in batched(together, TOGETHER):
            yield _mail(way, named(group), campaigns)
        for one in snippets:
            if _shares(one, way):
                continue
            try:
                yield _mail(way, (one,), campaigns)
            except REFUSED:
                continue


def _shares(snippet: str, way: str) -> bool:
    """Whether it can share a mail; what is known of a contact is no template."""
    return way == "values" or (way in CLEANED and "{" not in snippet)


def named(snippets: Sequence[str]) -> tuple[str, ...]:
    """Give each a canary of its own, that tells by its number who ran."""
    return tuple(one.replace("canary", f"canary{n}") for n, one in enumerate(snippets))


def of_html(snippet: str) -> str:
    """Return the mail, with no pixel and no measured link, that pasted HTML with this becomes."""
    return _mail("html", (snippet,), _campaigns()).html


def batched(snippets: Sequence[str], length: int) -> Iterator[tuple[str, ...]]:
    """Give the snippets in groups of this length."""
    rest = iter(snippets)
    while group := tuple(itertools.islice(rest, length)):
        yield group


def in_blocks(*snippets: str) -> str:
    """Return a document with each of them wherever a block takes words."""
    blocks: list[dict[str, object]] = []
    for n, snippet in enumerate(snippets):
        blocks += [
            {"type": "text", "html": f"<p>Word{n}.</p>{snippet}"},
            {"type": "html", "source": f"<p>Word{n}.</p>{snippet}"},
            {"type": "button", "label": snippet[:120], "href": snippet},
            {"type": "image", "src": f"https://example.com/{snippet}", "alt": snippet[:300]},
            {"type": "social", "links": [{"name": "X", "href": snippet}]},
        ]
    return json.dumps({"version": 1, "blocks": blocks})


def _mail(way: str, group: tuple[str, ...], campaigns: dict[str, Campaign]) -> Mail:
    """Return the mail with these in it. Raises one of `REFUSED`."""
    campaign, person = campaigns[way], _person({"first_name": "Bob", "country": "NL"})
    match way:
        case "markdown":
            campaign.body = _markdown(group)
        case "blocks":
            campaign.body = document.dump(document.read(in_blocks(*group)))
        case "values":
            campaign.body = _greetings(len(group))
            person = _person({f"field{n}": snippet for n, snippet in enumerate(group)})
        case "around":
            _surround(campaign, group)
        case "html":
            campaign.body = f"{OPENING}{group[0]}{CLOSING}"
        case "mjml":
            campaign.body = _mjml(group[0])
    mail = compiling.Mail(_revision(campaign), "none", tracked=False)
    head = mail.fill(person).partition(b"\r\n\r\n")[0]
    headers = tuple(name.decode() for name in _HEADER.findall(head))
    return Mail(way, group, mail.parts(person), headers)


def _markdown(group: Sequence[str]) -> str:
    # Of two that say where [x] leads the first would count for all.
    return "\n\n".join(
        f"Word{n}.\n\n{one}\n\nmore {one}".replace("[x]", f"[x{n}]") for n, one in enumerate(group)
    )


def _greetings(count: int) -> str:
    return "\n\n".join(
        f"Word{n}. {{{{ contact.field{n} }}}} and {{{{ contact.field{n} | upcase | strip }}}}\n\n"
        f"[x](https://example.com/{{{{ contact.field{n} }}}})\n\n"
        f"{{% if contact.field{n} %}}{{{{ contact.field{n} | default: 'x' }}}}{{% endif %}}"
        for n in range(count)
    )


def _surround(campaign: Campaign, group: Sequence[str]) -> None:
    """Put them around the body, and into its links and pictures, as fields of a form would."""
    whole = " ".join(" ".join(group).split())
    campaign.subject = campaign.preheader = whole
    third = len(whole) // 3 + 1
    parts = [whole[at : at + third] for at in range(0, 3 * third, third)]
    campaign.utm_source, campaign.utm_medium, campaign.utm_campaign = parts
    campaign.workspace = Workspace(name=whole, language="en", postal_address="\n".join(group))
    campaign.sender = Sender(workspace=campaign.workspace, name=whole, email="news@acme.example")
    # Of all links one is marked: so much in each would be a mail of its own.
    campaign.body = "[x](https://example.com/)\n\n" + "\n\n".join(
        f"Word{n}. [x]({_MARKED}{quote(one, safe=_IN_LINKS)} 'x')\n\n"
        f"![{one}](https://example.com/{quote(one, safe=_IN_LINKS)})"
        for n, one in enumerate(group)
    )


_MARKED = "https://example.com/?utm_source=a&utm_medium=b&utm_campaign=c&q="
# All that a Markdown link takes as it is.
_IN_LINKS = "\"'&;:=/#%{}|.,`!*+@$?[]\\^~"


def _mjml(snippet: str) -> str:
    return (
        "<mjml><mj-body><mj-section><mj-column>"
        f'<mj-image src="https://example.com/a.png" alt="{html.escape(snippet)}" />'
        f"<mj-text>Word0.{snippet}</mj-text></mj-column></mj-section></mj-body></mjml>"
    )


def _revision(campaign: Campaign) -> Revision:
    return freezing.unregistered(campaign)


def _person(contact: dict[str, str]) -> Person:
    return Person("ab" * 16, "bob@example.com", contact, "", "", "leave")


def _campaigns() -> dict[str, Campaign]:
    """Give a campaign per way of writing; none is saved, so that no database is asked."""
    workspace = Workspace(name="Acme", language="en", postal_address="1 Main Street")
    sender = Sender(workspace=workspace, name="Acme", email="news@acme.example")
    facts = {"workspace": workspace, "sender": sender, "subject": "Words", "inline_css": False}
    return {
        way: Campaign(**facts, format=way if way in Campaign.Format.values else "markdown")
        for way in WAYS
    }
