"""Put hostile snippets into mails in every way there is, as saving and sending would."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass

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
GREETING = "Hello {{ contact.first_name }}, of {{ contact.country }}"


@dataclass(frozen=True)
class Mail:
    """What became of a snippet in one way of writing."""

    snippet: str
    way: str
    html: str

    @property
    def leaked(self) -> list[str]:
        """Name what of the server is in it."""
        return [name for name, secret in SECRETS.items() if secret in self.html]


def every(snippets: list[str]) -> Iterator[Mail]:
    """Give the mails these get into. Any error but ours goes on to the test."""
    campaigns = _campaigns()
    values = compiling.Mail(_revision(campaigns["markdown"], GREETING), "none", tracked=False)
    for snippet in snippets:
        for way, html in _mails(snippet, campaigns, values):
            yield Mail(snippet, way, html)


def of_html(snippet: str) -> str:
    """Return the mail, with no pixel and no measured link, that pasted HTML with this becomes."""
    campaign = _campaigns()["html"]
    campaign.inline_css = False
    campaign.subject = "Words"
    return _html(campaign, f"{OPENING}{snippet}{CLOSING}")


def _mails(
    snippet: str, campaigns: dict[str, Campaign], values: compiling.Mail
) -> Iterator[tuple[str, str]]:
    """Give the mails that `snippet` gets into; which refuse it do so by an error of ours."""
    for way, body in (
        ("markdown", f"Words\n\n{snippet}\n\nmore {snippet}"),
        ("html", f"<p>Words</p>{snippet}"),
        ("mjml", _mjml(snippet)),
        ("blocks", in_blocks(snippet)),
    ):
        try:
            if way == "blocks":
                body = document.dump(document.read(body))
            campaign = campaigns[way]
            campaign.subject = campaign.preheader = " ".join(snippet.split())[:250]
            yield way, _html(campaign, body)
        except REFUSED:
            continue
    try:
        yield "values", values.parts(_person(snippet)).html
    except REFUSED:
        return


def _html(campaign: Campaign, body: str) -> str:
    mail = compiling.Mail(_revision(campaign, body), "none", tracked=False)
    return mail.parts(_person("Bob")).html


def _revision(campaign: Campaign, body: str) -> Revision:
    campaign.body = body
    return freezing.unregistered(campaign)


def _person(value: str) -> Person:
    contact = {"first_name": value, "country": value}
    return Person("ab" * 16, "bob@example.com", contact, "", "", "leave")


def _campaigns() -> dict[str, Campaign]:
    """Give a campaign per way of writing; none is saved, so that no database is asked."""
    workspace = Workspace(name="Acme", language="en", postal_address="1 Main Street")
    sender = Sender(workspace=workspace, name="Acme", email="news@acme.example")
    return {
        way: Campaign(workspace=workspace, sender=sender, format=way)
        for way in Campaign.Format.values
    }


def _mjml(snippet: str) -> str:
    return (
        "<mjml><mj-body><mj-section><mj-column>"
        f"<mj-text>{snippet}</mj-text></mj-column></mj-section></mj-body></mjml>"
    )


def in_blocks(snippet: str) -> str:
    blocks = [
        {"type": "text", "html": f"<p>Words</p>{snippet}"},
        {"type": "html", "source": f"<p>Words</p>{snippet}"},
        {"type": "button", "label": snippet[:120], "href": snippet},
        {"type": "image", "src": f"https://example.com/{snippet}", "alt": snippet[:300]},
    ]
    return json.dumps({"version": 1, "blocks": blocks})
