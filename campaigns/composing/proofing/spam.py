"""Ask a spam filter what it thinks of a mail, where the operator runs one.

`SPAM_FILTER` names it: `http://host:11333` is Rspamd's own port, `spamd://host:783` is that of
SpamAssassin's daemon.
"""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import urllib3
from django.conf import settings
from django.utils.translation import gettext as _

from campaigns.composing.proofing.finding import Finding, Weight

_SECONDS = 15
_MOST = 1_000_000
_VERDICT = re.compile(rb"^Spam:\s*\w+\s*;\s*(-?[\d.]+)\s*/\s*(-?[\d.]+)", re.MULTILINE | re.I)
_MARK = re.compile(r"^\s*(-?\d+(?:\.\d+)?)\s+([A-Z][A-Z0-9_]{2,})\s+(.*)$", re.MULTILINE)


class FilterError(Exception):
    """The filter does not answer, or not in its own words."""


@dataclass(frozen=True)
class Mark:
    """One thing that a filter holds against a mail."""

    points: float
    name: str
    words: str


@dataclass(frozen=True)
class Score:
    """What a filter thinks of a mail; from `limit` on it is called spam."""

    points: float
    limit: float
    marks: tuple[Mark, ...]


def findings(message: bytes) -> Iterator[Finding]:
    """Give what the filter holds against the mail; nothing when none is set up."""
    if not settings.SPAM_FILTER:
        return
    try:
        found = score(message)
    except (FilterError, OSError, urllib3.exceptions.HTTPError):
        yield Finding(
            Weight.MAY, _("The spam filter does not answer: ask whoever runs Candid."), field=""
        )
        return
    facts = {"points": round(found.points, 1), "limit": round(found.limit, 1)}
    against = tuple(
        f"{mark.points:+.1f} {mark.name}: {mark.words}" for mark in found.marks if mark.points > 0
    )
    if found.points >= found.limit:
        message_ = _(
            "The spam filter takes it for spam: %(points)s points, and %(limit)s are too many."
        )
        yield Finding(Weight.SHOULD, message_ % facts, details=against)
    elif found.points > found.limit / 2:
        message_ = _("The spam filter is in doubt: %(points)s points; %(limit)s would be spam.")
        yield Finding(Weight.MAY, message_ % facts, details=against)


def score(message: bytes) -> Score:
    """Return what the filter says of a whole message. Raises whatever a connection can."""
    scheme = urlsplit(settings.SPAM_FILTER).scheme
    return _spamd(message) if scheme == "spamd" else _rspamd(message)


def _rspamd(message: bytes) -> Score:
    answer = urllib3.request(
        "POST",
        settings.SPAM_FILTER.rstrip("/") + "/checkv2",
        body=message,
        timeout=_SECONDS,
        retries=False,
        redirect=False,
    )
    if answer.status != 200:
        raise FilterError(answer.status)
    try:
        told = json.loads(answer.data)
        marks = (
            Mark(float(one["score"]), str(name), str(one.get("description") or ""))
            for name, one in told["symbols"].items()
        )
        return Score(float(told["score"]), float(told["required_score"]), _sorted(marks))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise FilterError(answer.data[:80]) from error


def _spamd(message: bytes) -> Score:
    parts = urlsplit(settings.SPAM_FILTER)
    head = f"REPORT SPAMC/1.5\r\nContent-length: {len(message)}\r\n\r\n".encode()
    with socket.create_connection((parts.hostname or "", parts.port or 783), _SECONDS) as there:
        there.sendall(head + message)
        there.shutdown(socket.SHUT_WR)
        answer = b""
        while len(answer) < _MOST and (more := there.recv(65536)):
            answer += more
    verdict = _VERDICT.search(answer)
    if not answer.startswith(b"SPAMD/") or verdict is None:
        raise FilterError(answer[:80])
    report = answer.partition(b"\r\n\r\n")[2].decode("utf-8", "replace")
    marks = (
        Mark(float(points), name, words.strip()) for points, name, words in _MARK.findall(report)
    )
    return Score(float(verdict[1]), float(verdict[2]), _sorted(marks))


def _sorted(marks: Iterator[Mark]) -> tuple[Mark, ...]:
    return tuple(sorted(marks, key=lambda mark: -mark.points))
