"""The last days in review."""

import pytest

pytestmark = pytest.mark.django_db


def test_the_review_counts_what_was_mailed_and_compares(make_scene, alice):
    scene = make_scene(granted=20)
    for person in range(5):
        scene.clicks(person)
    scene.drain()
    page = alice.get("/review/?span=7").text
    assert "5 of 20 mails to people who may be measured" in page
    assert "There is nothing to compare it with in the days before." in page


def test_a_stranger_reviews_their_own(make_scene, stranger):
    make_scene(granted=20)
    assert "Autumn letter" not in stranger.get("/review/").text
