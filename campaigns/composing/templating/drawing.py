"""Draw the pictures of our templates: `python -m campaigns.composing.templating.drawing`.

They are ours from the first point to the last, of few colours so that the files stay small,
and twice as large as they are shown. Each has something behind it, for dark colours too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from pathlib import Path

from PIL import Image, ImageDraw

_FOLDER = Path(__file__).parent / "starters"
# Drawn larger than kept: edges come out smooth.
_SCALE = 2

NIGHT, INK, SLATE = "#172033", "#25324a", "#4a5d7c"
SKY, MIST, PAPER = "#cfe2ea", "#e9f0f2", "#fbf7ef"
SAND, GOLD, CORAL, RUST = "#f3e6d0", "#f0b54b", "#e4714f", "#c95a3b"
PINE, LEAF, SAGE = "#1f5d57", "#3f8d7c", "#a9cdbf"

Point = tuple[float, float]


class Sheet:
    """A picture being drawn, measured in the points it is kept with."""

    def __init__(self, width: int, height: int, behind: str) -> None:
        self.width, self.height = width, height
        self._image = Image.new("RGB", (width * _SCALE, height * _SCALE), behind)
        self._draw = ImageDraw.Draw(self._image)

    def box(self, x: float, y: float, w: float, h: float, fill: str, *, r: float = 0) -> None:
        self._draw.rounded_rectangle(_times((x, y), (x + w, y + h)), r * _SCALE, fill)

    def disc(self, x: float, y: float, r: float, fill: str) -> None:
        self._draw.ellipse(_times((x - r, y - r), (x + r, y + r)), fill)

    def ring(self, x: float, y: float, r: float, fill: str, *, line: float) -> None:
        box = _times((x - r, y - r), (x + r, y + r))
        self._draw.ellipse(box, outline=fill, width=round(line * _SCALE))

    def arc(self, x: float, y: float, r: float, span: Point, fill: str, *, line: float) -> None:
        box = _times((x - r, y - r), (x + r, y + r))
        self._draw.arc(box, *span, fill=fill, width=round(line * _SCALE))

    def shape(self, points: Iterable[Point], fill: str) -> None:
        self._draw.polygon(_times(*points), fill)

    def line(self, points: Iterable[Point], fill: str, *, line: float) -> None:
        width = round(line * _SCALE)
        self._draw.line(_times(*points), fill, width, joint="curve")

    def star(self, x: float, y: float, size: float, fill: str) -> None:
        inner = size * 0.3
        around = (0, -size), (inner, -inner), (size, 0), (inner, inner)
        points = [*around, *((-a, -b) for a, b in around)]
        self.shape([(x + a, y + b) for a, b in points], fill)

    def hill(self, y: float, high: float, waves: float, phase: float, fill: str) -> None:
        """Draw a range of hills across the picture, down to its lower edge."""
        turn = waves * math.tau / self.width
        ridge = [
            (x, y - high * (0.7 * math.sin(x * turn + phase)
                            + 0.3 * math.sin(x * turn * 2.3 + phase * 1.7)))
            for x in range(0, self.width + 4, 4)
        ]  # fmt: skip
        self.shape([*ridge, (self.width, self.height), (0, self.height)], fill)

    def save(self, name: str) -> None:
        image = self._image.resize((self.width, self.height), Image.Resampling.LANCZOS)
        colours = image.quantize(64, dither=Image.Dither.NONE)
        colours.save(_FOLDER / f"{name}.png", optimize=True)


def _times(*points: Point) -> list[Point]:
    return [(x * _SCALE, y * _SCALE) for x, y in points]


def morning() -> Sheet:
    """Hills with the sun coming up: the head of a newsletter."""
    sheet = Sheet(1200, 480, SAND)
    sheet.disc(840, 300, 210, "#f7d9a0")
    sheet.disc(840, 300, 140, GOLD)
    sheet.hill(300, 50, 1.1, 0.4, SAGE)
    sheet.hill(350, 46, 1.5, 2.1, LEAF)
    sheet.hill(410, 40, 1.2, 4.0, PINE)
    for x, y, size in ((150, 372, 64), (214, 384, 88), (286, 390, 58), (1010, 386, 72)):
        sheet.shape([(x, y - size), (x + size * 0.3, y), (x - size * 0.3, y)], NIGHT)
        sheet.box(x - 4, y - 4, 8, 22, NIGHT)
    for x, y in ((420, 110), (470, 92), (520, 124)):
        sheet.line([(x - 18, y - 8), (x, y), (x + 18, y - 8)], INK, line=5)
    return sheet


def cup() -> Sheet:
    """A cup that steams."""
    sheet = Sheet(400, 400, MIST)
    sheet.ring(272, 236, 44, CORAL, line=20)
    sheet.box(116, 176, 150, 134, CORAL, r=30)
    sheet.box(116, 176, 150, 30, RUST, r=12)
    sheet.box(88, 318, 220, 16, INK, r=8)
    for x in (156, 191, 226):
        wave = [(x + 10 * math.sin(t / 9), 92 + t) for t in range(64)]
        sheet.line(wave, SLATE, line=8)
    return sheet


def book() -> Sheet:
    """A book that lies open."""
    sheet = Sheet(400, 400, SAGE)
    sheet.shape([(200, 130), (336, 104), (336, 286), (200, 312)], PAPER)
    sheet.shape([(200, 130), (64, 104), (64, 286), (200, 312)], "#ffffff")
    sheet.shape([(200, 312), (336, 286), (336, 302), (200, 330), (64, 302), (64, 286)], PINE)
    for y in (150, 178, 206, 234):
        sheet.line([(90, y - 12), (176, y + 5)], SLATE, line=7)
        sheet.line([(224, y + 5), (310, y - 12)], SLATE, line=7)
    sheet.shape([(286, 96), (310, 92), (310, 156), (298, 146), (286, 160)], CORAL)
    return sheet


def plant() -> Sheet:
    """A plant in its pot."""
    sheet = Sheet(400, 400, SAND)
    sheet.line([(200, 270), (200, 120)], PINE, line=9)
    for x, y, way in ((200, 230, -1), (200, 200, 1), (200, 160, -1), (200, 140, 1)):
        tip = (x + way * 92, y - 56)
        sheet.shape([(x, y), (x + way * 34, y - 62), tip, (x + way * 62, y - 2)], LEAF)
    sheet.shape([(200, 126), (176, 92), (200, 44), (224, 92)], LEAF)
    sheet.shape([(136, 268), (264, 268), (246, 352), (154, 352)], CORAL)
    sheet.box(124, 250, 152, 30, RUST, r=8)
    return sheet


def parcel() -> Sheet:
    """Something new, unpacked."""
    sheet = Sheet(1200, 560, "#dbe7f3")
    sheet.disc(600, 300, 250, "#c6d8ea")
    for x, y, size, fill in (
        (330, 150, 26, GOLD), (880, 130, 34, CORAL), (930, 330, 18, LEAF), (270, 340, 20, CORAL),
        (470, 84, 16, LEAF), (750, 70, 20, GOLD),
    ):  # fmt: skip
        sheet.star(x, y, size, fill)
    sheet.box(430, 150, 340, 240, INK, r=22)
    sheet.box(446, 166, 308, 190, PAPER, r=10)
    sheet.box(470, 192, 118, 14, SLATE, r=7)
    sheet.box(470, 220, 176, 10, "#c9d3df", r=5)
    sheet.box(470, 242, 146, 10, "#c9d3df", r=5)
    sheet.box(470, 276, 96, 34, CORAL, r=17)
    for at, high in enumerate((40, 74, 58, 104)):
        sheet.box(640 + at * 26, 330 - high, 16, high, (SAGE, LEAF, SAGE, PINE)[at], r=4)
    sheet.shape([(350, 400), (850, 400), (812, 520), (388, 520)], "#c68f57")
    sheet.shape([(350, 400), (850, 400), (842, 426), (358, 426)], "#a9743f")
    sheet.shape([(350, 400), (250, 350), (292, 330), (430, 390)], "#d9a871")
    sheet.shape([(850, 400), (950, 350), (908, 330), (770, 390)], "#d9a871")
    return sheet


def evening() -> Sheet:
    """Lights over a garden: an evening that people are asked to."""
    sheet = Sheet(1200, 560, NIGHT)
    for x, y in ((90, 80), (220, 150), (420, 60), (560, 130), (700, 50), (1080, 90), (1140, 220)):
        sheet.disc(x, y, 3.5, SAGE)
    sheet.disc(930, 140, 70, "#f6e3b4")
    sheet.disc(962, 122, 62, NIGHT)
    sheet.hill(440, 30, 0.9, 0.5, INK)
    for x, wide, high in ((170, 90, 120), (270, 70, 170), (870, 80, 140), (960, 110, 96)):
        sheet.box(x, 470 - high, wide, high + 90, "#1d2a42")
        for row in range(2):
            for column in range(2):
                lit = GOLD if (row + column + x) % 3 else INK
                sheet.box(x + 16 + column * 32, 490 - high + row * 40, 16, 22, lit, r=2)
    for left, right, depth in ((0, 420, 70), (420, 800, 84), (800, 1200, 66)):
        rope = [
            (x, 190 + depth * (1 - ((2 * (x - left) / (right - left)) - 1) ** 2))
            for x in range(left, right + 1, 10)
        ]
        sheet.line(rope, SLATE, line=4)
        for lamp, low in rope[4::6]:
            sheet.disc(lamp, low + 18, 22, "#5a4a35")
            sheet.disc(lamp, low + 18, 13, GOLD)
    sheet.hill(500, 16, 1.4, 2.0, PINE)
    sheet.box(440, 430, 320, 14, CORAL, r=7)
    for x in (470, 724):
        sheet.box(x, 440, 10, 80, CORAL)
    for x in (520, 600, 680):
        sheet.shape([(x - 14, 392), (x + 14, 392), (x + 4, 414), (x - 4, 414)], SKY)
        sheet.box(x - 2, 412, 4, 18, SKY)
    return sheet


def door() -> Sheet:
    """An open door with light behind it."""
    sheet = Sheet(1200, 560, SAGE)
    sheet.box(0, 440, 1200, 120, PINE)
    sheet.shape([(520, 440), (680, 440), (860, 560), (340, 560)], "#f7d9a0")
    sheet.box(500, 110, 200, 330, INK, r=10)
    sheet.box(516, 126, 168, 314, "#fdeec9", r=4)
    sheet.disc(600, 300, 62, GOLD)
    sheet.shape([(516, 126), (420, 96), (420, 476), (516, 440)], CORAL)
    sheet.disc(438, 292, 8, GOLD)
    for x, size in ((270, 1.0), (930, 1.2)):
        sheet.shape([(x - 40, 380), (x + 40, 380), (x + 28, 452), (x - 28, 452)], PAPER)
        for turn in (-50, -25, 0, 25, 50):
            angle = math.radians(turn - 90)
            tip = (x + 130 * size * math.cos(angle), 380 + 130 * size * math.sin(angle))
            side = (x + 60 * size * math.cos(angle + 0.3), 380 + 60 * size * math.sin(angle + 0.3))
            other = (x + 60 * size * math.cos(angle - 0.3), 380 + 60 * size * math.sin(angle - 0.3))
            sheet.shape([(x, 384), side, tip, other], LEAF if turn % 50 else PINE)
    return sheet


def bag() -> Sheet:
    """A bag with a label: something costs less."""
    sheet = Sheet(1200, 560, CORAL)
    sheet.disc(600, 300, 232, "#ea8768")
    sheet.arc(600, 196, 70, (180, 360), PAPER, line=16)
    sheet.shape([(440, 190), (760, 190), (796, 480), (404, 480)], PAPER)
    sheet.shape([(440, 190), (760, 190), (764, 222), (436, 222)], SAND)
    sheet.disc(530, 240, 10, INK)
    sheet.disc(670, 240, 10, INK)
    sheet.shape([(600, 286), (712, 286), (712, 398), (656, 454), (544, 342)], GOLD)
    sheet.disc(688, 310, 11, PAPER)
    sheet.disc(610, 336, 13, INK)
    sheet.disc(664, 390, 13, INK)
    sheet.line([(668, 326), (606, 400)], INK, line=9)
    for x, y, fill in ((250, 150, GOLD), (960, 210, PAPER), (210, 390, PAPER), (990, 420, GOLD),
                       (330, 250, "#f6b7a2"), (880, 110, "#f6b7a2")):  # fmt: skip
        sheet.disc(x, y, 12, fill)
    return sheet


def lake() -> Sheet:
    """Mountains over a lake, for one long story."""
    sheet = Sheet(1200, 640, "#f4d8bd")
    sheet.disc(800, 220, 84, "#f8edd8")
    sheet.shape([(0, 380), (190, 190), (330, 300), (520, 120), (760, 340), (930, 210), (1200, 400),
                 (1200, 640), (0, 640)], "#b9a8b4")  # fmt: skip
    sheet.shape([(520, 120), (462, 175), (500, 196), (532, 172), (566, 196), (588, 182)], PAPER)
    sheet.shape([(0, 430), (150, 320), (350, 430), (600, 280), (860, 430), (1050, 330), (1200, 420),
                 (1200, 640), (0, 640)], "#7d7f9c")  # fmt: skip
    sheet.hill(440, 14, 1.3, 0.8, INK)
    sheet.box(0, 470, 1200, 170, SLATE)
    sheet.box(690, 490, 220, 8, "#f4d8bd", r=4)
    sheet.box(730, 516, 150, 7, "#f4d8bd", r=3)
    sheet.box(760, 540, 90, 6, "#f4d8bd", r=3)
    for x, size in ((60, 120), (120, 170), (196, 130), (1040, 140), (1110, 190), (1176, 130)):
        for step in range(3):
            top, half = 500 - size + step * size * 0.24, size * (0.16 + step * 0.07)
            base = top + size * 0.44
            sheet.shape([(x, top), (x + half, base), (x - half, base)], NIGHT)
    sheet.shape([(470, 520), (610, 520), (586, 546), (494, 546)], CORAL)
    sheet.line([(540, 520), (540, 440)], NIGHT, line=5)
    sheet.shape([(546, 444), (546, 510), (598, 510)], PAPER)
    return sheet


def _face(mouth: Callable[[Sheet], None], fill: str) -> Sheet:
    sheet = Sheet(240, 240, fill)
    sheet.disc(120, 120, 86, PAPER)
    sheet.disc(90, 104, 11, INK)
    sheet.disc(150, 104, 11, INK)
    mouth(sheet)
    return sheet


def glad() -> Sheet:
    """A face that smiles."""
    return _face(lambda sheet: sheet.arc(120, 124, 46, (25, 155), INK, line=10), LEAF)


def even() -> Sheet:
    """A face that says neither."""
    return _face(lambda sheet: sheet.box(84, 152, 72, 10, INK, r=5), GOLD)


def sad() -> Sheet:
    """A face that does not smile."""
    return _face(lambda sheet: sheet.arc(120, 192, 46, (215, 325), INK, line=10), CORAL)


PICTURES = (morning, cup, book, plant, parcel, evening, door, bag, lake, glad, even, sad)


def main() -> None:
    """Write all pictures anew."""
    for picture in PICTURES:
        picture().save(picture.__name__)


if __name__ == "__main__":
    main()
