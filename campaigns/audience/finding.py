"""What somebody typed into a search box, as a question to the index of words.

The index holds the words of addresses, names and text fields (`audience_words`, made by a
migration), without accents. Each word that was typed stands for all that begin with it.
Pure: imports no framework.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import idna

# More would be no search, but a text.
MOST_WORDS = 10
LONGEST = 60
_WORDS = re.compile(r"[^\W_]+")
_ACCENTS = re.compile("[\u0300-\u036f]")


def conditions(text: str) -> list[str]:
    """Return one condition for each word that was typed, in the database's words; all must hold."""
    asked = [_of_token(token) for token in text[:400].split()]
    return [word for words in asked for word in words]


def question(words: Sequence[str]) -> str:
    """Return the question for `to_tsquery` whether all of `conditions` hold; empty if none is."""
    return " & ".join(words)


def fold(text: str) -> str:
    """Return `text` without accents, in lower case: as the index has it."""
    return _ACCENTS.sub("", unicodedata.normalize("NFKD", text)).lower()


def _of_token(token: str) -> list[str]:
    """Return one condition for each word of what stood between spaces.

    In an address all words but the last are known whole: whoever types “ann.ray@exam” has
    finished “ann” and “ray”.
    """
    words = _WORDS.findall(fold(token))[:MOST_WORDS]
    if not words:
        return []
    exact = [f"'{word[:LONGEST]}'" for word in words[:-1]]
    last = words[-1][:LONGEST]
    # Ends of domains are whole as well, where no more is typed: “com” begins a million words.
    if words[:-1] and "." in token and len(last) > 1 and last in _ENDINGS:
        conditions = [*exact, f"'{last}'"]
    else:
        conditions = [*exact, f"'{last}':*"]
    if token.isascii():
        return conditions
    return [f"(({' & '.join(conditions)}){_international(token)})"]


def _international(token: str) -> str:
    """Return the same as domains are kept: “bücher” is “xn--bcher-kva”."""
    try:
        encoded = idna.encode(token.rpartition("@")[2], uts46=True).decode()
    except idna.IDNAError:
        return ""
    words = [f"'{word}'" for word in _WORDS.findall(encoded)]
    return f" | ({' & '.join(words)})" if words else ""


# What most addresses end with. Longer ones begin few words.
_ENDINGS: frozenset[str] = frozenset(
    {
        *("com", "net", "org", "edu", "gov", "info", "biz", "example", "eu", "de", "nl", "be"),
        *("fr", "es", "it", "pt", "at", "ch", "uk", "co", "ie", "se", "no", "dk", "fi", "pl"),
        *("cz", "ru", "us", "ca", "mx", "br", "ar", "cl", "au", "nz", "jp", "cn", "in", "za"),
    }
)
