"""Make hits, and spools full of them."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.tracking.agents_met import CHROME
from tracking import hits, keys, links, spool
from tracking.tokens import Kind, Mode, Token

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
FLAGS = hits.FETCH_METADATA + hits.LANGUAGE
# Of a university in the Netherlands, and of one in Japan.
NL, JP = "145.97.20.10", "133.11.0.10"
_campaigns = itertools.count(1000)


def make_campaign(*urls: str, workspace_id: int = 1) -> int:
    """Make a campaign as far as tracking knows it, and return its id."""
    campaign_id = next(_campaigns)
    links.register(campaign_id, workspace_id, urls or ("https://example.com/a",))
    return campaign_id


def person(campaign_id: int, delivery_id: int, *, epoch: int = 0) -> Token:
    """Return the token of the mail to contact `delivery_id + 5000`."""
    return Token(campaign_id, delivery_id, delivery_id + 5000, epoch, Mode.INDIVIDUAL)


def make_hit(token: Token, number: int = 0, *, after: float = 0, **fields: Any) -> hits.Hit:
    """Make an open, or a click on link `number`, some seconds after AT."""
    kind = Kind.CLICK if number else Kind.OPEN
    values: dict[str, Any] = {
        "at_ns": int((AT.timestamp() + after) * 1e9),
        "kind": kind,
        "token": keys.signer().sign(kind, token),
        "number": number,
        "ip": NL,
        "agent": CHROME,
        "flags": FLAGS,
    }
    return hits.Hit(**(values | fields))


def fill(folder: Path, found: list[hits.Hit]) -> None:
    """Write hits into a spool, as a web process would."""
    writer = spool.Writer(folder)
    for hit in found:
        writer.append(hits.pack(hit))
    writer.close()
