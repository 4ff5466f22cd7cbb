"""Propose of what kind a new field is, by what stands in a column of a file.

Careful: a value that is none of its field's kind is left out, so a column that may hold text
further down stays text. A field of text can be turned into another kind at any time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from campaigns.audience import typed_values, vocabulary
from campaigns.audience.imports import columns

TEXT = "text"
# A number loses what such codes are made of: zeros in front, a plus, the length of a telephone's.
_CODE = re.compile(r"\+.*|0\d.*|\d{10,}", re.ASCII)
# Names as `columns` reads them, in its languages: digits that nobody adds up.
_CODE_NAMES = re.compile(
    r".*(?:zip|postal|postcode|postleitzahl|codigopostal|phone|telef|mobil|movil|handy).*|"
    r"plz|tel|gsm|fax|portable|(?:customer|client|user|member|account|order|external)?id|"
    r".*(?:number|nummer|nr|numero|code)"
)
# Neither would be wrong of 1 and 0; a 2 further down is a number.
_DIGITS = re.compile(r"[01]", re.ASCII)


def kinds(names: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[int, str]:
    """Return for each column the kind of its field, should it become a new one."""
    return {
        number: kind(name, [row[number] for row in rows if number < len(row)])
        for number, name in enumerate(names)
    }


def kind(name: str, cells: Sequence[str]) -> str:
    """Return the kind that all filled cells of the column of this name fit."""
    filled = [text for cell in cells if (text := cell.strip())]
    if not filled:
        return TEXT
    if not all(map(_DIGITS.fullmatch, filled)) and all(
        vocabulary.agreement(text) is not None for text in filled
    ):
        return "yes_no"
    if _all_fit("date", filled):
        return "date"
    is_code = _CODE_NAMES.fullmatch(columns.bare(name)) or any(map(_CODE.fullmatch, filled))
    return "number" if not is_code and _all_fit("number", filled) else TEXT


def _all_fit(kind: str, cells: Sequence[str]) -> bool:
    try:
        return all(typed_values.parse(kind, cell) is not None for cell in cells)
    except typed_values.TypedValueError:
        return False
