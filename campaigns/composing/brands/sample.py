"""The mail that shows what a brand looks like."""

from __future__ import annotations

import json

_BLOCKS = [
    {"type": "logo"},
    {"type": "text", "html": "<h1>This is how your mails look</h1><p>Your words stand on the "
     'sheet, and <a href="#">links look like this</a>. The colours and fonts you choose are those '
     "of every new mail.</p>"},
    {"type": "button", "label": "A button", "href": "#"},
    {"type": "text", "band": "tint", "html": "<h2>A tinted band</h2><p>It sets something apart, "
     'such as a date or <a href="#">an offer</a>.</p>'},
    {"type": "text", "band": "accent", "html": "<h3>A band in the colour of your buttons</h3>"
     "<p>For the one thing that nobody should miss.</p>"},
    {"type": "button", "band": "accent", "label": "See it", "href": "#"},
    {"type": "social", "brand": True},
]  # fmt: skip
DOCUMENT = json.dumps({"version": 1, "style": {}, "blocks": _BLOCKS})
