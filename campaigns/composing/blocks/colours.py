"""Colours such as #1d4ed8 beside each other: mixed, made fainter, and words upon them."""

from __future__ import annotations

from campaigns.composing.proofing.contrast import LEAST, Colour, ratio

# WCAG 2.2, of shapes beside others (1.4.11).
VISIBLE = 3.0
_DARK, _LIGHT = "#111827", "#ffffff"


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    return ratio(_parts(one), _parts(other))


def on(colour: str) -> str:
    """Return black or white, whichever reads better on `colour`."""
    return max(_LIGHT, _DARK, key=lambda words: contrast(words, colour))


def mix(one: str, other: str, share: float) -> str:
    """Return `one` with a `share` of `other` in it."""
    parts = zip(_parts(one), _parts(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in parts)


def quiet(ink: str, sheet: str) -> str:
    """Return a fainter colour of words than `ink` that still reads well on `sheet`."""
    for share in (0.35, 0.25, 0.15):
        fainter = mix(ink, sheet, share)
        if contrast(fainter, sheet) >= LEAST:
            return fainter
    return ink


def _parts(colour: str) -> Colour:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
