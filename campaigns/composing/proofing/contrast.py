"""Whether words can be read on what is behind them, as WCAG 2.2 defines it (1.4.3)."""

from __future__ import annotations

from PIL import ImageColor

Colour = tuple[int, int, int]

BLACK: Colour = (0, 0, 0)
WHITE: Colour = (255, 255, 255)
# The least ratio for words, and for large ones: 24 px, or bold from 18.66 px on.
LEAST = 4.5
LEAST_LARGE = 3.0


def parse(text: str, behind: Colour) -> Colour | None:
    """Return the colour that CSS calls `text`, seen over `behind`; None if it is no colour."""
    try:
        found = ImageColor.getrgb(_commas(text.strip().lower()))
    except ValueError:
        return None
    if len(found) == 3:
        return found
    red, green, blue, alpha = found
    share = alpha / 255
    return tuple(  # type: ignore[return-value]  # three colours make three
        round(share * over + (1 - share) * under)
        for over, under in zip((red, green, blue), behind, strict=True)
    )


def ratio(one: Colour, other: Colour) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: Colour) -> float:
    """Return the relative luminance of a colour, from 0 to 1."""
    red, green, blue = (_linear(part / 255) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def as_hex(colour: Colour) -> str:
    """Return the colour as members write it."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _linear(part: float) -> float:
    # Per channel, as WCAG has it.
    low = part / 12.92
    high = ((part + 0.055) / 1.055) ** 2.4
    return low if part <= 0.04045 else high


def _commas(text: str) -> str:
    """Write rgb() as it was before CSS Color 4, which is what Pillow reads."""
    if not text.startswith("rgb") or not text.endswith(")"):
        return text
    inside = text[text.find("(") + 1 : -1].replace("/", " ").replace(",", " ").split()
    if len(inside) != 4:
        return f"rgb({','.join(inside)})"
    share = inside.pop()
    alpha = float(share[:-1]) / 100 if share.endswith("%") else float(share)
    return f"rgba({','.join(inside)},{round(255 * min(max(alpha, 0.0), 1.0))})"
