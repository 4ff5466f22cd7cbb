"""Readers of the sample workspace: plausible people of many countries, all made up.

Every address ends in `.example`, which RFC 2606 keeps free: whatever is done with the
sample, no mail reaches anybody.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from campaigns.reports.demo import names


@dataclass(frozen=True)
class Reader:
    """A made-up person."""

    email: str
    first_name: str
    last_name: str
    country: str
    language: str
    time_zone: str
    # The mail program they read with: a key of `agents.READING`.
    reads_with: str
    # "granted", "unknown" or "refused".
    measuring: str
    city: str
    # How keen they are, between 0 and 1: people differ, and stay the same over campaigns.
    interest: float


# The provider behind an address decides how its mail is read: (domain, share, programs).
MAILBOXES: tuple[tuple[str, float, tuple[tuple[str, float], ...]], ...] = (
    ("gmail.example", 38, (("gmail", 84), ("apple_mail", 12), ("thunderbird", 4))),
    ("outlook.example", 14, (("outlook_web", 55), ("outlook", 35), ("apple_mail", 10))),
    ("icloud.example", 11, (("apple_mpp", 85), ("apple_mail", 15))),
    ("yahoo.example", 8, (("yahoo", 88), ("apple_mpp", 12))),
    ("", 20, (("webmail", 40), ("apple_mpp", 18), ("thunderbird", 22), ("android", 20))),
    # Work addresses: mail passes a scanner that follows every link.
    ("work", 9, (("outlook", 80), ("outlook_web", 20))),
)
CONSENT = (("granted", 52), ("unknown", 38), ("refused", 10))


def readers(number: int, seed: int = 2026) -> Iterator[Reader]:
    """Yield `number` people, no two with one address."""
    random = Random(seed)  # noqa: S311 — a sample wants repeatable figures, not secrets.
    taken: set[str] = set()
    for _one in range(number):
        land = random.choices(names.LANDS, [land.weight for land in names.LANDS])[0]
        first, last = random.choice(land.first_names), random.choice(land.last_names)
        domain, programs = _mailbox(random, land)
        yield Reader(
            email=_free(_local_part(random, first, last), domain, taken),
            # Some only ever gave an address.
            first_name=first if random.random() < 0.9 else "",
            last_name=last if random.random() < 0.8 else "",
            country=land.country,
            language=land.language,
            time_zone=land.time_zone,
            reads_with=_pick(random, programs),
            measuring=_pick(random, CONSENT),
            city=random.choice(land.cities),
            interest=random.betavariate(1.3, 1.6),
        )


def _mailbox(random: Random, land: names.Land) -> tuple[str, tuple[tuple[str, float], ...]]:
    domain, _share, programs = random.choices(MAILBOXES, [box[1] for box in MAILBOXES])[0]
    if domain == "work":
        return random.choice(names.COMPANIES), programs
    return domain or random.choice(land.domains), programs


def _pick(random: Random, shares: tuple[tuple[str, float], ...]) -> str:
    return random.choices([name for name, _share in shares], [share for _name, share in shares])[0]


def _local_part(random: Random, first: str, last: str) -> str:
    given, family = _plain(first), _plain(last)
    form = random.choice(("{0}.{1}", "{0}.{1}", "{0}{1}", "{2}.{1}", "{0}_{1}", "{2}{1}", "{0}"))
    number = random.choice(
        ("", "", "", str(random.randint(1, 99)), str(random.randint(1961, 2004)))
    )
    return form.format(given, family, given[:1]) + number


def _free(local: str, domain: str, taken: set[str]) -> str:
    email, number = f"{local}@{domain}", 2
    while email in taken:
        email, number = f"{local}{number}@{domain}", number + 1
    taken.add(email)
    return email


def _plain(name: str) -> str:
    """Return a name as it stands in an address: ASCII letters only."""
    spelled = name.translate(names.SPELLINGS)
    letters = unicodedata.normalize("NFKD", spelled)
    return "".join(letter for letter in letters.lower() if "a" <= letter <= "z")
