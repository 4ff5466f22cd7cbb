"""Revisions and people to fill a mail with, and how to read it."""

import email
import email.policy

from campaigns.composing.compiling import Person
from campaigns.composing.models import Revision

HEADERS = [
    "From",
    "To",
    "Subject",
    "Reply-To",
    "Date",
    "Message-ID",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "X-Tracking",
    "MIME-Version",
    "Content-Type",
]

MARKDOWN = """# Hello {{ contact.first_name | default: "friend" }}

Read [this](https://example.com/?a=1&b=2) and [that](https://example.com/{{ contact.country }}),
write to [us](mailto:us@example.com).

{% if contact.company %}
- For {{ contact.company }}: [offer](https://example.com/offer)
{% endif %}

[Go](https://example.com/go "button")

.
"""


def make_person(**fields):
    values = {
        "uuid_hex": "ab" * 16,
        "address": "bob@example.com",
        "contact": {"first_name": "Bob", "country": "NL", "company": "Acme"},
        "open_token": "openopenopen",
        "click_token": "clickclick",
        "unsubscribe_token": "leaveleave",
    }
    return Person(**(values | fields))


def make_revision(workspace, *, html="", text="Text", numbers=None, **fields):
    values = {
        "workspace": workspace,
        "number": 1,
        "subject": "News for {{ contact.first_name }}",
        "from_name": "Acme",
        "from_email": "news@acme.example",
        "reply_to": "answers@acme.example",
        "postal_address": "1 Main Street\nSpringfield",
        "list_key": "list-1",
        "html": html,
        "text": text,
        "links": numbers or {},
    }
    return Revision(**(values | fields))


def parse(raw):
    return email.message_from_bytes(raw, policy=email.policy.default)


def body(message, kind):
    return message.get_body((kind,)).get_content().replace("\r\n", "\n")
