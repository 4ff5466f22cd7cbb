"""What is odd about an address, though mail can be sent to it: nobody is dropped for it.

A role address is read by whoever has the job; a disposable one is gone tomorrow; a mistyped
one belongs to nobody, or to somebody else. Members see it, and decide.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from pathlib import Path

from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.lookups import In
from django.utils.translation import gettext_lazy as _

_DATA = Path(__file__).with_name("address_data")


def _words(name: str) -> list[str]:
    return (_DATA / f"{name}.txt").read_text().split()


class Oddity(models.TextChoices):
    """Why a member may want to look at an address."""

    ROLE = "role", _("is read by a role, not by one person")
    DISPOSABLE = "disposable", _("is of a service for disposable addresses")
    MISTYPED = "mistyped", _("looks mistyped")


# RFC 2142, and what companies in our languages call theirs.
ROLES = frozenset(_words("roles"))
# Where most people have theirs.
_COMMON = _words("common")
# Keys beside each other that are hit for one another most.
_SLIPS = (
    *(("n", "m"), ("m", "n"), ("a", "o"), ("o", "i"), ("i", "o"), ("a", "q")),
    *(("l", "k"), ("k", "l"), ("u", "o"), ("o", "u"), ("e", "i"), ("i", "e")),
)
# A name that somebody else has, however near it is.
_OTHERS = frozenset(_words("others"))
# Endings that no address has, or hardly any.
_ENDINGS = {
    ".com": (".con", ".cmo", ".ocm", ".vom", ".xom", ".comm", ".om", ".cim"),
    ".de": (".dee", ".ed"),
    ".fr": (".ffr", ".frr"),
    ".net": (".nte", ".ent", ".nett"),
    ".nl": (".nll", ".ln"),
}


def of(email: str) -> list[Oddity]:
    """Return what is odd about an address."""
    local, _at, domain = email.lower().rpartition("@")
    found = {
        Oddity.ROLE: local in ROLES,
        Oddity.DISPOSABLE: domain in disposable(),
        Oddity.MISTYPED: domain in mistyped(),
    }
    return [oddity for oddity, is_so in found.items() if is_so]


def condition(oddity: str) -> Q:
    """Return the condition that this is odd about a contact's address."""
    match oddity:
        case Oddity.ROLE:
            return Q(In(_part(1), sorted(ROLES)))
        case Oddity.DISPOSABLE:
            return Q(In(_part(-1), sorted(disposable())))
        case _:
            return Q(In(_part(-1), sorted(mistyped())))


def better(email: str) -> str:
    """Return the address that was probably meant, or nothing."""
    local, _at, domain = email.rpartition("@")
    meant = mistyped().get(domain.lower())
    return f"{local}@{meant}" if meant else ""


@functools.cache
def disposable() -> frozenset[str]:
    """Return domains of disposable addresses, without those that are somebody's slip."""
    return frozenset(_words("disposable")).difference(mistyped())


@functools.cache
def mistyped() -> Mapping[str, str]:
    """Return ways to mistype a common domain, each with what was meant."""
    found: dict[str, str] = {}
    for domain in _COMMON:
        for slip in _mistakes(domain):
            found.setdefault(slip, domain)
    real = {*_COMMON, *_OTHERS}
    return {slip: domain for slip, domain in found.items() if slip not in real}


def _part(number: int) -> Func:
    """Return what stands before the @-sign (1), or behind it (-1)."""
    parts = (F("email_key"), Value("@"), Value(number))
    return Func(*parts, function="split_part", output_field=models.TextField())


def _mistakes(domain: str) -> Iterator[str]:
    name, dot, top = domain.rpartition(".")
    for ending in _ENDINGS.get(dot + top, ()):
        yield name + ending
    yield f"{name}{top}"
    # Of a short name, every near one is somebody's.
    if len(name) < 5:
        return
    for at in range(len(name)):
        rest = name[at + 1 :]
        yield f"{name[:at]}{rest}.{top}"
        yield f"{name[:at]}{name[at] * 2}{rest}.{top}"
        if rest and name[at] != rest[0]:
            yield f"{name[:at]}{rest[0]}{name[at]}{rest[1:]}.{top}"
        for right, wrong in _SLIPS:
            if name[at] == right:
                yield f"{name[:at]}{wrong}{rest}.{top}"
