"""The colours of charts: to be seen on their ground, and told apart with any colour vision."""

import itertools
import math
import re

import pytest

from campaigns.reports import overview
from config.env import BASE_DIR

Colour = tuple[float, float, float]

# How people see whom a kind of cone is missing: Machado, Oliveira and Fernandes (2009), severity
# 1.0, of linear light.
VISIONS = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deutan": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritan": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
# CIE 1976 differences; 2.3 is what a keen eye just notices side by side. Tritan is one in ten
# thousand; lines differ by their dashes too.
LEAST = {"normal": 30, "protan": 15, "deutan": 15, "tritan": 12}
XYZ = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)
WHITE = (0.95047, 1.0, 1.08883)
# WCAG 2.2, 1.4.11: graphical objects.
CONTRAST = 3.0


def palette(theme: str) -> list[str]:
    script = (BASE_DIR / "static/js/charts.js").read_text()
    [line] = re.findall(rf"^    {theme}: \[(.+)\],$", script, re.MULTILINE)
    return re.findall(r"#[0-9a-f]{6}", line)


def ground(theme: str) -> str:
    """What charts stand on."""
    sheet = (BASE_DIR / "static/css/candid.css").read_text()
    [pair] = re.findall(r"--sheet: light-dark\((#\w{6}), (#\w{6})\)", sheet)
    return str(pair[theme == "dark"])


def linear(colour: str) -> Colour:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return red, green, blue


def through(matrix: tuple[Colour, ...], light: Colour) -> Colour:
    a, b, c = (sum(x * y for x, y in zip(row, light, strict=True)) for row in matrix)
    return a, b, c


def seen(colour: str, vision: str) -> Colour:
    """The colour as somebody with this vision sees it, in CIE Lab."""
    a, b, c = (min(1.0, max(0.0, part)) for part in through(VISIONS[vision], linear(colour)))
    xyz = through(XYZ, (a, b, c))
    x, y, z = (
        part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116
        for part in (value / white for value, white in zip(xyz, WHITE, strict=True))
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def brightness(colour: str) -> float:
    return through(XYZ, linear(colour))[1]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((brightness(one), brightness(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_colour_is_seen_on_its_ground(theme):
    assert {
        one: contrast(one, ground(theme)) >= CONTRAST for one in palette(theme)
    } == dict.fromkeys(palette(theme), True)


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_are_told_apart_with_any_colour_vision(theme, vision):
    alike = {
        (one, other): math.dist(seen(one, vision), seen(other, vision))
        for one, other in itertools.combinations(palette(theme), 2)
    }
    assert {pair: apart for pair, apart in alike.items() if apart < LEAST[vision]} == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_there_are_as_many_as_a_chart_has_lines(theme):
    assert len(set(palette(theme))) >= overview.LISTS_DRAWN


def test_what_is_known_to_look_alike_is_found_alike():
    """Red and green of one brightness, to who has no cones for green."""
    red, green = "#b04a3a", "#6b7430"
    assert math.dist(seen(red, "normal"), seen(green, "normal")) > LEAST["normal"]
    assert math.dist(seen(red, "deutan"), seen(green, "deutan")) < LEAST["deutan"]
