"""Previews by day and by night, whatever the looker's own screen is set to."""

import pytest
from django.urls import reverse

from campaigns.composing import lights
from campaigns.composing.lights import Light
from tests import world

NIGHT = "<style>@media screen and ( Prefers-Color-Scheme:dark ) { p { color: white } }</style><p>x"
DAY = "<style>@media (prefers-color-scheme: light) { p { color: black } }</style><p>x"


@pytest.fixture
def campaign(workspace, sender):
    return world.make_campaign(
        workspace, sender=sender, lists=[world.make_list(workspace)], format="html", body=NIGHT
    )


def frame(client, campaign, **asked):
    return client.get(reverse("composing:frame", args=[campaign.pk]), asked)


@pytest.mark.parametrize(
    ("html", "light", "followed"),
    [
        (NIGHT, Light.NIGHT, True),
        (NIGHT, Light.DAY, False),
        (NIGHT, Light.RECOLOURED, False),
        (DAY, Light.DAY, True),
        # A mail without dark colours of its own is left light on a dark screen.
        (DAY, Light.NIGHT, True),
    ],
)
def test_a_mails_rules_follow_the_light_and_not_the_screen(html, light, followed):
    shown = lights.lit(html, light)
    assert ("(min-width: 0)" in shown) is followed
    assert ("(max-width: 0)" in shown) is not followed
    assert "refers-" not in shown


def test_recolouring_turns_all_but_the_pictures():
    assert lights.lit("<p>x", Light.RECOLOURED).count("invert(1)") == 2
    assert "invert" not in lights.lit("<p>x", Light.NIGHT)


def test_the_preview_says_whose_dark_colours_are_seen(alice, campaign):
    page = reverse("composing:preview", args=[campaign.pk])
    assert "Its own dark colours" in alice.get(page, {"light": "dark"}).content.decode()
    campaign.body = "<p>x"
    campaign.save()
    assert "brings no dark colours" in alice.get(page, {"light": "dark"}).content.decode()


def test_the_frame_takes_the_choices_of_the_page(alice, campaign):
    page = reverse("composing:preview", args=[campaign.pk])
    chosen = alice.get(page, {"view": "phone", "light": "dark", "pictures": "off", "q": "x"})
    frame = reverse("composing:frame", args=[campaign.pk])
    assert f'src="{frame}?light=dark&amp;pictures=off"' in chosen.content.decode()


def test_a_frame_without_pictures_may_load_none(alice, campaign):
    assert "img-src 'self' https: data:" in frame(alice, campaign)["Content-Security-Policy"]
    without = frame(alice, campaign, pictures="off")["Content-Security-Policy"]
    assert "img-src" not in without
    assert "default-src 'none'" in without


def test_an_unknown_light_is_day(alice, campaign):
    assert "(max-width: 0)" in frame(alice, campaign, light="<b>").content.decode()
