"""Members make a list's sign-up form."""

import pytest
from django.urls import reverse

from campaigns.audience.models import Field, SignUpForm
from tests import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def news(workspace):
    return world.make_list(workspace, name="News")


def path(one):
    return reverse("audience:sign_up_form", args=[one.pk])


def test_a_form_is_made_opened_and_offered_three_ways(alice, news, sender, settings):
    assert path(news) in alice.get(reverse("audience:list", args=[news.pk])).text
    alice.post(path(news), {"is_open": "on", "sender": sender.pk, "title": "Our <news>"})
    form = SignUpForm.objects.get()
    page = alice.get(path(news)).text
    assert f"{settings.PUBLIC_URL}/join/{form.key}/" in page
    assert "&lt;iframe" in page
    assert "&lt;form action=" in page


def test_plain_html_posts_what_the_form_takes(alice, news, sender, client):
    alice.post(path(news), {"is_open": "on", "sender": sender.pk, "asks_name": "on"})
    page = alice.get(path(news)).text
    for name in ("email", "first_name", "website"):
        assert f"name=&quot;{name}&quot;" in page


def test_plain_html_asks_about_measuring_in_the_language_of_the_form(alice, news, sender):
    given = {"is_open": "on", "sender": sender.pk, "asks_measuring": "on", "language": "de"}
    alice.post(path(news), given)
    plain = alice.get(path(news)).context["ways"][2]
    assert '<input type="checkbox" name="measuring" value="yes"> Dürfen wir' in plain.text
    assert "<button>Anmelden</button>" in plain.text
    assert plain.name == "Plain HTML"
    alice.post(path(news), given | {"asks_measuring": ""})
    assert "measuring" not in alice.get(path(news)).context["ways"][2].text


def test_the_only_sender_is_chosen_already(alice, workspace, news, sender):
    page = alice.get(path(news))
    assert page.context["editing"]["sender"].value() == sender.pk
    assert "---------" not in page.text
    assert "Choose a sender" not in page.text
    world.make_sender(workspace)
    page = alice.get(path(news))
    assert page.context["editing"]["sender"].value() is None
    assert "Choose a sender" in page.text


def test_an_open_form_needs_a_sender(alice, news):
    answer = alice.post(path(news), {"is_open": "on"})
    assert answer.status_code == 422
    assert "Choose who the confirmation comes from" in answer.text


@pytest.mark.parametrize(
    "origin", ["example.org", "https://*.example.org", "https://a.example/page", "https://a;b"]
)
def test_only_whole_origins_may_frame_it(alice, news, origin):
    assert alice.post(path(news), {"frame_origins": origin}).status_code == 422


def test_origins_and_questions_are_kept(alice, news, workspace):
    Field.objects.create(workspace=workspace, key="age", label="Age", kind="number")
    origins = "https://www.example.org/\nhttps://Shop.example"
    alice.post(path(news), {"frame_origins": origins, "own_fields": ["age"]})
    form = SignUpForm.objects.get()
    assert form.frame_origins == ["https://www.example.org", "https://shop.example"]
    assert form.fields == ["age"]


def test_strangers_have_no_way_in(stranger, news):
    assert stranger.get(path(news)).status_code == 404


def test_the_sender_is_one_of_the_workspace_s(alice, news):
    other = world.make_sender(world.make_workspace())
    assert alice.post(path(news), {"is_open": "on", "sender": other.pk}).status_code == 422
