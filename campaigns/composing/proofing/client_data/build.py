"""Condense the data of “Can I email”: `python -m` this module, with its JSON on standard input.

`support.json` has the names of the mail programs, in order, and for each feature its title
and a letter per program: y (shown), a (in part), n (left out), u (nobody tested it). Of the
versions that were tested only the newest counts.
"""

from __future__ import annotations

import json
import sys
from typing import Any

# As people call them, the most used first: sentences name the first few of those concerned.
PROGRAMS = {
    "gmail desktop-webmail": "Gmail",
    "apple-mail ios": "Apple Mail (iPhone)",
    "apple-mail macos": "Apple Mail (Mac)",
    "outlook windows": "Outlook (Windows)",
    "outlook outlook-com": "Outlook.com",
    "gmail android": "Gmail (Android)",
    "gmail ios": "Gmail (iPhone)",
    "outlook ios": "Outlook (iPhone)",
    "outlook android": "Outlook (Android)",
    "outlook macos": "Outlook (Mac)",
    "yahoo desktop-webmail": "Yahoo",
    "samsung-email android": "Samsung Email",
    "thunderbird macos": "Thunderbird",
    "gmx desktop-webmail": "GMX",
    "web-de desktop-webmail": "WEB.DE",
    "protonmail desktop-webmail": "Proton Mail",
    "orange desktop-webmail": "Orange",
    "t-online-de desktop-webmail": "T-Online",
    "laposte desktop-webmail": "La Poste",
    "free-fr desktop-webmail": "Free",
    "mail-ru desktop-webmail": "Mail.ru",
    "fastmail desktop-webmail": "Fastmail",
    "hey desktop-webmail": "HEY",
    "aol desktop-webmail": "AOL",
}


def condense(found: dict[str, Any]) -> dict[str, Any]:
    """Return the few facts that the proofs need."""
    return {
        "source": "https://www.caniemail.com/",
        "updated": found["last_update_date"][:10],
        "programs": list(PROGRAMS.values()),
        "features": {
            feature["slug"]: [feature["title"].strip(), _letters(feature["stats"])]
            for feature in sorted(found["data"], key=lambda one: str(one["slug"]))
            if feature["category"] != "others"
        },
    }


def _letters(stats: dict[str, dict[str, dict[str, str]]]) -> str:
    letters = ""
    for program in PROGRAMS:
        family, _space, platform = program.partition(" ")
        versions = list(stats.get(family, {}).get(platform, {}).values())
        letters += versions[-1][0] if versions else "u"
    return letters


if __name__ == "__main__":
    json.dump(condense(json.load(sys.stdin)), sys.stdout, ensure_ascii=False, indent=0)
    sys.stdout.write("\n")
