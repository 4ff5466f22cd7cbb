"""Fixtures of the reports room."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.reports.scene import APPLE, GERMAN, GMAIL, GOOGLE, SCANNER, Scene


@pytest.fixture
def make_scene(workspace, sender, tmp_path: Path):
    """Make a campaign that went out to so many people of each answer."""

    def make(**people) -> Scene:
        return Scene(workspace, sender, tmp_path / "scene", **people)

    return make


@pytest.fixture
def autumn(make_scene: Callable[..., Scene]) -> Scene:
    """Twenty people who agreed, twelve who were not asked, three who refused; and what they did.

    By name: six read, two of them through Gmail; one more only clicked; three have Apple Mail;
    one mail was scanned. So seven opened for sure, and ten perhaps.
    """
    scene = make_scene(granted=20, unknown=12, refused=3)
    for person in (0, 1, 2, 3):
        scene.opens(person)
    scene.opens(0, after=9000)
    for person in (4, 5):
        scene.opens(person, GMAIL, ip=GOOGLE)
    for person in (6, 7, 8):
        scene.opens(person, APPLE, after=1800)
    scene.clicks(0, 1)
    scene.clicks(0, 2, after=3700)
    scene.clicks(1, 1, after=7200)
    scene.clicks(9, 2, ip=GERMAN, after=5000)
    scene.opens(10, SCANNER, after=2)
    scene.clicks(10, 1, SCANNER, after=2.2)
    scene.clicks(10, 2, SCANNER, after=2.4)
    # People who were not asked: images and clicks, never people.
    for person in (20, 21, 22):
        scene.opens(person)
    scene.clicks(20, 1)
    scene.clicks(21, 1, SCANNER, after=3)
    assert scene.drain() == 22
    return scene
