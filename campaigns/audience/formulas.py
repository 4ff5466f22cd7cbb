"""Keep spreadsheet programs from running cells: CSV injection (OWASP, CWE-1236).

`restore(guard(cell))` is the cell again, so that what we export can be imported.
"""

import re

# The full-width forms are formulas after Unicode normalisation; spaces do not stop one.
_FORMULA = re.compile(r"'*\s*[=+\-@\t\r\n＝＋－＠]")
_GUARDED = re.compile(r"'+\s*[=+\-@\t\r\n＝＋－＠]")


def guard(cell: str) -> str:
    """Return `cell` as text that no spreadsheet program takes for a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def restore(cell: str) -> str:
    """Return what `guard` was given."""
    return cell[1:] if cell[:1] == "'" and _GUARDED.match(cell) else cell
