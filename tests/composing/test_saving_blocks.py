"""What is saved of blocks that somebody sends, whatever page or program they come from."""

import json

import pytest

from campaigns.composing.blocks import rich_text
from tests import world
from tests.composing.test_blocks import html_of
from tests.composing.test_views import HTMX, form_data, url

HOSTILE = [
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "<svg onload=alert(1)><p><style><img src=x onerror=alert(1)></style></p></svg>",
    "<math><mtext></p><style><img src=x onerror=alert(1)></style></mtext></math>",
    '<a href="javascript:alert(1)" onclick="alert(1)">x</a>',
    '<p style="background:url(https://evil.invalid/x)">x</p>',
    '<p style="background-color:u\\72l(https://evil.invalid/x)">x</p>',
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    '<form action="https://evil.invalid/"><button>x</button></form>',
    '<meta http-equiv="refresh" content="0;url=https://evil.invalid/">',
    '<base href="https://evil.invalid/">',
    '<link rel="stylesheet" href="https://evil.invalid/x.css">',
    "<!--[if mso]><script>alert(1)</script><![endif]-->",
    "</template></textarea></title><script>alert(1)</script>",
]
FORBIDDEN = ("<script", "onerror", "onload", "onclick", "<iframe", "<form", "javascript:", "evil")


@pytest.fixture
def campaign(workspace, sender):
    return world.make_campaign(workspace, sender=sender, body="As it was")


def post(client, campaign, body):
    data = form_data(campaign, format="blocks", body=body)
    page = client.post(url("edit", campaign), data, headers=HTMX).content.decode()
    campaign.refresh_from_db()
    return page


def document(**block):
    return json.dumps({"version": 1, "style": {}, "blocks": [block]})


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_would_run_in_the_page_of_another_member_is_never_kept(alice, campaign, hostile):
    post(alice, campaign, document(type="text", html=f"<p>Words</p>{hostile}"))
    assert campaign.format == "blocks"
    assert "Words" in campaign.body
    assert not [found for found in FORBIDDEN if found in campaign.body]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_would_run_or_reach_out_is_left_out_of_the_mail(hostile):
    html = html_of({"type": "html", "source": f"<td>Words</td>{hostile}"})
    assert "Words" in html
    assert not [found for found in FORBIDDEN if found in html]


def test_the_html_of_a_block_keeps_its_looks():
    source = '<table width="90%"><tbody><tr><td style="color:red">Own</td></tr></tbody></table>'
    assert rich_text.clean_block(source) == source


def test_what_is_not_ours_is_refused_and_what_was_there_stays(alice, campaign):
    page = post(alice, campaign, '{"version": 1, "blocks": [{"type": "script"}]}')
    assert "unknown kind" in page
    assert (campaign.format, campaign.body) == ("markdown", "As it was")


def test_saving_what_was_saved_changes_nothing(alice, campaign):
    post(alice, campaign, document(type="text", html="<p>Ä &amp; <em>ß</em></p>", align="left"))
    once = campaign.body
    post(alice, campaign, once)
    assert campaign.body == once


def test_half_a_character_is_left_out(alice, campaign):
    """JSON can name one, and nothing can keep it."""
    for block in (
        {"type": "button", "label": "Go\ud800", "href": "https://shop.example/\udfff"},
        {"type": "image", "src": "https://shop.example/\ud800", "alt": "A hat\ud800"},
        {"type": "text", "html": "<p>Words\ud800</p>"},
    ):
        post(alice, campaign, document(**block))
        assert campaign.format == "blocks" and "https" not in campaign.body
        assert any(word in campaign.body for word in ('"Go"', '"A hat"', "<p>Words</p>"))
