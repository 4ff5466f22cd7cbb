"""All that is kept about a person, as a file that other programs read: JSON."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from campaigns.audience.models import Contact
from campaigns.privacy import known, wording


def take_away(contact: Contact, now: datetime) -> bytes:
    """Return the file; the same rows as the page shows."""
    told: dict[str, Any] = {
        "sender": contact.workspace.name,
        "made_at": now,
        "not_kept": [str(what) for what in wording.NOT_KEPT],
    }
    told |= {section.name: section.rows for section in known.about(contact)}
    text = json.dumps(told, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
    return text.encode()
