"""How mails of a workspace look: its brand, and what a mail says otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

# In a document: whatever the brand says on the day the mail is made.
OF_BRAND = "brand"

# Fonts that are on people's machines: nothing is fetched.
FONTS = {
    "system": "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif",
    "sans": "'Helvetica Neue',Helvetica,Arial,sans-serif",
    "verdana": "Verdana,Geneva,'DejaVu Sans',sans-serif",
    "rounded": "'Trebuchet MS','Avenir Next',Verdana,sans-serif",
    "serif": "Georgia,'Times New Roman',Times,serif",
    "book": "'Palatino Linotype',Palatino,'Book Antiqua',Georgia,serif",
    "mono": "ui-monospace,SFMono-Regular,Menlo,Consolas,'Courier New',monospace",
}


@dataclass(frozen=True)
class Look:
    """Colours and fonts of a mail, and what the brand puts into it. No font of titles: the same."""

    name: str = ""
    page: str = "#f3f4f6"
    sheet: str = "#ffffff"
    ink: str = "#27303f"
    accent: str = "#1d4ed8"
    link: str = "#1d4ed8"
    font: str = "system"
    titles: str = "system"
    logo: str = ""
    website: str = ""
    social: tuple[tuple[str, str], ...] = ()

    def styled(self, style: Mapping[str, str]) -> Look:
        """Return the look of one mail: its own style where that names something of its own."""
        own = {name: value for name, value in style.items() if value != OF_BRAND}
        return replace(self, **own)  # type: ignore[arg-type]  # a style holds texts only
