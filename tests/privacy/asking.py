"""Ask for what is kept about somebody, as they would: as a file, or on the page."""

from __future__ import annotations

import html
import json
from typing import Any

from django.test import Client
from django.urls import reverse

from campaigns.audience.models import Contact
from campaigns.privacy import links


def told(client: Client, contact: Contact) -> Any:
    """Return the file that they take away."""
    answer = client.get(reverse("privacy:take_away", args=[links.seal(contact)]))
    return json.loads(answer.content)


def page(client: Client, contact: Contact) -> str:
    """Return what the page says, without its entities."""
    answer = client.get(reverse("privacy:everything", args=[links.seal(contact)]))
    return html.unescape(answer.text)
