"""What readers' tools will find in a campaign of ours, before it is sent."""

from __future__ import annotations

from campaigns.audience.models import Contact
from campaigns.composing import compiling, freezing, previewing, writing
from campaigns.composing.inspecting.inspection import Inspection, inspect
from campaigns.composing.inspecting.source import read
from campaigns.composing.models import Campaign

# As long as the tokens of mails that are sent, and nobody's.
_TOKEN = "E" * 28


def of_campaign(campaign: Campaign, contact: Contact | None) -> Inspection:
    """Return what is found in the mail to `contact`, its pixel and measured links in place.

    Nothing is registered: the addresses lead nowhere. Raises `MergeTagError` or `HeaderError`.
    """
    revision = freezing.unregistered(campaign)
    urls = writing.web_addresses(revision.html, revision.text)
    revision.links = {url: number for number, url in enumerate(urls, start=1)}
    mail = compiling.compile_revision(revision, *previewing.modes_for(campaign, contact))
    person = previewing.person_of(revision, contact)
    person = person._replace(open_token=_TOKEN, click_token=_TOKEN)
    return inspect(read(mail.fill(person)))
