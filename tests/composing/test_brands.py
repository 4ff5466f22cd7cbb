"""The brand of a workspace, and the mails that follow it."""

import pytest
from django.urls import reverse

from campaigns.composing import rendering
from campaigns.composing.blocks import colours, document
from campaigns.composing.blocks.look import Look
from campaigns.composing.brands import looks
from campaigns.composing.models import Brand
from tests import world
from tests.composing.test_blocks import written

PAGE = "composing:brand"


def form(**changes):
    values = {name: getattr(Look, name) for name in (*looks.COLOURS, "font", "titles")}
    return values | {"logo": "", "website": ""} | changes


def html_of(workspace, *blocks, **style):
    campaign = world.make_campaign(workspace, format="blocks", body=written(*blocks, **style))
    return rendering.render(campaign).html


@pytest.mark.django_db
def test_a_mail_follows_the_brand_until_it_says_otherwise(alice, workspace):
    saved = alice.post(reverse(PAGE), form(accent="#aa1133", link="#aa1144", titles="serif"))
    assert saved.status_code == 302
    button = {"type": "button", "label": "Go", "href": "https://example.com"}
    text = {"type": "text", "html": '<h1>Hi</h1><p><a href="https://example.com">x</a></p>'}
    followed = html_of(workspace, text, button)
    assert "#aa1133" in followed
    assert 'style="color:#aa1144' in followed
    assert "font-family:Georgia" in followed
    assert "#aa1133" not in html_of(workspace, text, button, accent="#005500", link="#005500")
    alice.post(reverse(PAGE), form(accent="#116611"))
    assert "#116611" in html_of(workspace, button)


def test_a_document_of_before_keeps_the_colour_of_its_links():
    style = document.read(written(accent="#cc0000", font="serif"))["style"]
    assert (style["link"], style["titles"], style["page"]) == ("#cc0000", "serif", "brand")


def test_the_logo_stands_in_words_until_there_is_one(workspace):
    assert workspace.name in html_of(workspace, {"type": "logo"})
    logo = "https://pictures.example/logo.png"
    Brand.objects.create(workspace=workspace, logo=logo, website="https://acme.example")
    html = html_of(workspace, {"type": "logo"})
    assert f'src="{logo}"' in html
    assert f'alt="{workspace.name}"' in html
    assert 'href="https://acme.example"' in html


def test_a_name_cannot_become_markup_or_a_merge_tag(workspace):
    workspace.name = "<b>{{ contact.email }}</b> & Sons"
    workspace.save(update_fields=["name"])
    html = html_of(workspace, {"type": "logo"})
    assert "&lt;b&gt;{{ contact.email }}" in html.replace("{% raw %}", "").replace(
        "{% endraw %}", ""
    )
    assert "{% raw %}" in html


def test_social_links_are_those_of_the_brand_where_the_block_says_so(workspace):
    links = [{"name": "GitHub", "href": "https://github.com/acme"}]
    Brand.objects.create(workspace=workspace, social=links)
    assert "https://github.com/acme" in html_of(workspace, {"type": "social", "brand": True})
    assert "https://github.com/acme" not in html_of(workspace, {"type": "social"})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("accent", "red"),
        ("accent", "brand"),
        ("font", "comic"),
        ("logo", "javascript:alert(1)"),
        ("website", "javascript:alert(1)"),
        ("social_GitHub", "data:text/html,x"),
        ("website", "https://a.example/{{ contact.email }}"),
    ],
)
def test_what_no_mail_could_have_is_refused(alice, field, value):
    response = alice.post(reverse(PAGE), form(**{field: value}))
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert not Brand.objects.exists()


def test_the_preview_warns_of_what_cannot_be_read_and_saves_nothing(alice):
    page = alice.get(reverse("composing:brand_preview"), form(ink="#cccccc")).content.decode()
    assert "Words on the sheet: the contrast is 1.6" in page
    assert "ink=%23cccccc" in page
    frame = alice.get(reverse("composing:brand_frame"), form(page="#123456"))
    assert "#123456" in frame.content.decode()
    assert "sandbox" in frame["Content-Security-Policy"]
    assert not Brand.objects.exists()


def test_what_nobody_chose_reads_well():
    assert list(looks.warnings(Look())) == []


@pytest.mark.parametrize("accent", ["#1d4ed8", "#ffd400", "#777777", "#000000", "#ffffff"])
def test_words_on_a_button_can_be_read_whatever_its_colour(accent):
    assert colours.contrast(accent, colours.on(accent)) >= 4.2


def test_where_what_is_behind_changes_there_is_room(workspace):
    text = {"type": "text", "html": "<p>x</p>"}
    apart = html_of(workspace, text, text | {"band": "tint"})
    together = html_of(workspace, text, text)
    assert apart.count("line-height:32px") == together.count("line-height:32px") + 1
