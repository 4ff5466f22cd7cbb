"""A hit: what one request to a pixel or a link brought with it, and its form in the spool. Pure.

Addresses and user agents exist here and in the spool, and nowhere after it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from tracking.tokens import Kind

# Between fields; taken out of what clients send.
_SEPARATOR = "\x1f"
_CLEAN = dict.fromkeys((*range(32), 127), " ")
_MAX_AGENT = 512


class HitError(Exception):
    """The record is not one that this version wrote."""


class Hit(NamedTuple):
    """One request, before anything is made of it."""

    at_ns: int  # Unix time in nanoseconds.
    kind: Kind
    token: str
    number: int  # The link's; 0 for opens.
    ip: str
    agent: str
    # One letter per fact; see below.
    flags: str = ""
    # The first language asked for, as a bare code: "nl".
    language: str = ""


# What the headers told, as flags.
SIGNAL = "g"  # Sec-GPC or DNT: do not measure me.
PREFETCH = "p"  # Purpose, Sec-Purpose or X-Moz say that nobody looks yet.
FETCH_METADATA = "f"  # Sec-Fetch-* are there, as modern browsers send them.
LANGUAGE = "l"  # Accept-Language is there.
NAVIGATION = "n"  # Sec-Fetch-Mode says that a page is to be shown,
NO_NAVIGATION = "x"  # or something else: an image, a script's request.
HEAD = "h"  # Only the headers were asked for: a trace of a machine, and no hit.
SECURE = "s"  # Set when it is judged: we are asked over https, where browsers tell more.


def pack(hit: Hit) -> bytes:
    """Return a hit as bytes for the spool."""
    return packed(*hit)


def packed(
    at_ns: int,
    kind: Kind,
    token: str,
    number: int,
    ip: str,
    agent: str,
    flags: str = "",
    language: str = "",
) -> bytes:
    """Return the hit of these fields as bytes for the spool, without making one of them.

    Readers wait for this, and a tuple of eight takes as long as its bytes.
    """
    agent = _cleaned(agent if len(agent) <= _MAX_AGENT else agent[:_MAX_AGENT])
    return (
        f"{at_ns}{_SEPARATOR}{kind[0]}{_SEPARATOR}{token}{_SEPARATOR}{number}{_SEPARATOR}{ip}"
        f"{_SEPARATOR}{flags}{_SEPARATOR}{agent}{_SEPARATOR}{language}"
    ).encode("utf-8", "replace")


# Looking through an agent takes longer than knowing it: most come again and again.
@lru_cache(maxsize=1024)
def _cleaned(agent: str) -> str:
    return agent if agent.isprintable() else agent.translate(_CLEAN)


def unpack(record: bytes) -> Hit:
    """Return the hit that `pack` was given. Raises `HitError`."""
    try:
        # A spool may hold records from before languages were in them.
        at_ns, kind, token, number, ip, flags, agent, *rest = record.decode().split(_SEPARATOR)
        language = rest[0] if rest else ""
        return Hit(int(at_ns), _KINDS[kind], token, int(number), ip, agent, flags, language)
    except (KeyError, ValueError) as error:
        raise HitError("not a hit") from error


_KINDS = {kind[0]: kind for kind in Kind}
