"""How much a refusal says about an address, by RFC 3463 codes. Pure: knows no framework.

A code decides, and words only where a server gives no code that says anything. In doubt
the more careful reading holds: a person who is not mailed any more cannot tell us so.
"""

from __future__ import annotations

import re
from enum import StrEnum


class Severity(StrEnum):
    """What a refusal is worth, from the most careful reading to the hardest."""

    NONE = ""
    # About what we sent or who we are; it says nothing about the address.
    BLOCKED = "blocked"
    # For now: full, slow, out of order.
    SOFT = "soft"
    # The mailbox is switched off; the second within two weeks counts as hard.
    DISABLED = "disabled"
    # There is no such mailbox.
    HARD = "hard"


_CAREFUL_FIRST = (Severity.BLOCKED, Severity.SOFT, Severity.DISABLED, Severity.HARD)

_CODES = {
    "5.1.1": Severity.HARD,  # no such mailbox
    "5.1.2": Severity.HARD,  # no such domain
    "5.1.3": Severity.HARD,  # not an address
    "5.1.6": Severity.HARD,  # moved, no forwarding address
    "5.1.10": Severity.HARD,  # the domain takes no mail at all (RFC 7505), Exchange's "not found"
    "5.2.1": Severity.DISABLED,
    "5.2.3": Severity.BLOCKED,  # too long for the mailbox
    "5.3.4": Severity.BLOCKED,  # too big for the system
}
# Servers that have nothing better to say.
_VAGUE = {"5.0.0", "5.1.0", "5.5.0", "5.3.0", "4.0.0"}
_CODE = re.compile(r"(?<![\d.])([45]\.\d{1,3}\.\d{1,3})(?!\.?\d)")
_FINAL_REPLY = re.compile(r"(?<!\d)55[0-9](?![\d.])")
_GREY = re.compile(r"gr[ae]y.?list", re.IGNORECASE)
# What large providers say with a vague code, next to a final SMTP reply.
_NO_SUCH_MAILBOX = (
    "user unknown",
    "unknown user",
    "no such user",
    "no such recipient",
    "no such mailbox",
    "no mailbox here by that name",
    "recipient not found",
    "mailbox not found",
    "user doesn't have a",  # Yahoo: "… a yahoo.com account".
    "account does not exist",
    "mailbox does not exist",
    "user does not exist",
)


def severity(status: str, words: str) -> Severity:
    """Say how hard a refusal with this status and these words of a server is."""
    codes = [*_CODE.findall(status)[:1], *_CODE.findall(words)]
    if codes and codes[0].startswith("4"):
        codes = [code for code in codes if code.startswith("4")]
    said = [code for code in codes if code not in _VAGUE]
    found = {_of_code(code) for code in said}
    if found:
        return next(one for one in _CAREFUL_FIRST if one in found)
    return Severity.HARD if _says_nobody(codes, words) else Severity.SOFT


def is_policy(status: str, words: str) -> bool:
    """Whether a refusal is about who we are or what we send (X.7.X), by its codes.

    Greylisting is not: everybody is asked to come back later once, with such a code or another.
    """
    return not is_greylisting(words) and any(
        code.split(".")[1] == "7" for code in _CODE.findall(f"{status} {words}")
    )


def is_greylisting(words: str) -> bool:
    """Whether a server only wants to see whether we come back."""
    return _GREY.search(words) is not None


def _of_code(code: str) -> Severity:
    subject = code.split(".")[1]
    # Security and policy, or the content of the mail.
    if subject in {"6", "7"}:
        return Severity.BLOCKED
    return _CODES.get(code, Severity.SOFT)


def _says_nobody(codes: list[str], words: str) -> bool:
    low = words.lower()
    return (
        not any(code.startswith("4") for code in codes)
        and _FINAL_REPLY.search(words) is not None
        and any(phrase in low for phrase in _NO_SUCH_MAILBOX)
    )
