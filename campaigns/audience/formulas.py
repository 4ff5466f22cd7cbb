"""Keep spreadsheet programs from running cells: CSV injection (OWASP, CWE-1236).

`restore(guard(cell))` is the cell again, so that what we export can be imported.
"""

import re

# A formula begins with one of these; the full-width forms do after Unicode normalisation.
SIGNS = "=+-@\t\r\n＝＋－＠"
_BEGIN = rf"\s*[{re.escape(SIGNS)}]"
# What `guard` guards, as Python and PostgreSQL both read it; spaces do not stop a formula.
FORMULA = f"^'*{_BEGIN}"
_FORMULA = re.compile(FORMULA)
_GUARDED = re.compile(f"'+{_BEGIN}")


def guard(cell: str) -> str:
    """Return `cell` as text that no spreadsheet program takes for a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def restore(cell: str) -> str:
    """Return what `guard` was given."""
    return cell[1:] if cell[:1] == "'" and _GUARDED.match(cell) else cell
