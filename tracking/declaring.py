"""What these hosts declare to browsers and blockers, at addresses that they know.

`/.well-known/gpc.json` says that Sec-GPC is heeded; `/tracker-rules.txt` lists the patterns
of our own pixel and links, so that whoever wants can block them. EFF's Do Not Track policy is
a promise: it is posted only when the operator confirmed it within a year and nothing that we
can look at speaks against it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings

from tracking import dnt_policy, spool
from tracking.addresses import CLICK_PATH, OPEN_PATH

GPC_PATH = "/.well-known/gpc.json"
DNT_PATH = "/.well-known/dnt-policy.txt"
RULES_PATH = "/tracker-rules.txt"
# When what we do about the signal last changed.
GPC_SINCE = "2026-11-25"
# The policy: logs go after ten days, and its keeping is confirmed every twelve months.
LONGEST_LOG_DAYS = 10
CONFIRMED_DAYS = 365
# To whoever asks for the policy where it is not posted; only the operator is told what lacks.
NO_PROMISE = (
    "This host does not promise EFF's Do Not Track policy. It heeds Sec-GPC and DNT all the\n"
    f'same: see {GPC_PATH}. (Its operator: "manage.py check" says what is missing.)\n'
)


@dataclass(frozen=True)
class Document:
    """A small file that is the same for everybody."""

    kind: str
    body: bytes
    is_there: bool = True


def document(path: str, today: date | None = None) -> Document | None:
    """Return what is declared at `path`; None for what we do not declare."""
    if path == GPC_PATH:
        text = json.dumps({"gpc": True, "lastUpdate": GPC_SINCE}) + "\n"
        return Document("application/json", text.encode())
    if path == RULES_PATH:
        return Document("text/plain; charset=utf-8", rules().encode())
    if path == DNT_PATH:
        if settings.DNT_POLICY and not list(obstacles(today or _today())):
            return Document("text/plain; charset=utf-8", dnt_policy.TEXT.read_bytes())
        return Document("text/plain; charset=utf-8", NO_PROMISE.encode(), is_there=False)
    return None


def rules() -> str:
    """Return our own patterns, for blockers: as filter lists write them, and as Ugly Email does."""
    host = urlsplit(settings.TRACKING_URL).netloc
    return "\n".join(
        (
            "! Title: The pixel and the links with which this sender measures its mails",
            "! Blocking them harms nothing: mails are complete without the pixel.",
            "! Links are redirects; open them only if you want to get there.",
            f"||{host}{OPEN_PATH}$image",
            f"||{host}{CLICK_PATH}",
            "! For tools that look for patterns in the text of a mail:",
            f"Candid@@={pattern()}",
            "",
        )
    )


def pattern() -> str:
    """Return a regular expression that finds our pixel in a mail, and nothing else."""
    return rf"{re.escape(settings.TRACKING_URL)}{OPEN_PATH}[\w-]+\.gif"


def obstacles(today: date) -> Iterator[str]:
    """Say what speaks against posting the Do Not Track policy, in a sentence each."""
    yield from _confirmation(today)
    if urlsplit(settings.TRACKING_URL).scheme != "https":
        yield "TRACKING_URL is not https, which the policy asks for."
    if hashlib.sha1(dnt_policy.TEXT.read_bytes(), usedforsecurity=False).hexdigest() != (
        dnt_policy.SHA1
    ):
        yield "The text of the policy is not the one that was published: install it anew."
    if settings.LOG_LEVEL == "DEBUG":
        yield "LOG_LEVEL is DEBUG, which may write more than the policy allows."
    oldest = _oldest_hit()
    if oldest and datetime.now(UTC) - oldest > timedelta(days=LONGEST_LOG_DAYS):
        yield (
            f"The spool holds addresses older than {LONGEST_LOG_DAYS} days: look why nobody "
            "drains it."
        )


def _confirmation(today: date) -> Iterator[str]:
    try:
        confirmed = date.fromisoformat(settings.DNT_POLICY)
    except ValueError:
        yield "DNT_POLICY is not a date such as 2026-11-25: the day on which you confirmed it."
        return
    if confirmed > today:
        yield "DNT_POLICY lies in the future."
    elif (today - confirmed).days > CONFIRMED_DAYS:
        yield (
            f"DNT_POLICY was confirmed on {confirmed}, more than a year ago: look at it again, "
            "and set today's date."
        )


def _oldest_hit() -> datetime | None:
    """When the oldest segment of the spool was begun: its name says so."""
    for segment in spool.segments(settings.SPOOL_DIR):
        began = segment.name.partition("-")[0]
        if began.isdigit():
            return datetime.fromtimestamp(int(began) / 1e9, UTC)
    return None


def _today() -> date:
    return datetime.now(UTC).date()
