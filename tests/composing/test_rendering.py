"""From what an author wrote to HTML and text, merge tags left in place."""

import pytest

from campaigns.composing import rendering
from campaigns.composing.models import Campaign
from tests import world


def render(workspace, body, **fields):
    return rendering.render(world.make_campaign(workspace, body=body, **fields))


def test_markdown_becomes_a_whole_mail(workspace):
    html = render(workspace, "# Title\n\nA **bold** word").html
    assert html.startswith("<!DOCTYPE html>")
    assert "prefers-color-scheme: dark" in html
    assert "max-width: 600px" in html
    assert ">bold</strong>" in html
    assert "data-css-inline" not in html


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "![x](javascript:alert(1))",
        "<javascript:alert(1)>",
        '[x](https://a.example/"onmouseover="alert(1))',
        "[x]: javascript:alert(1)\n\n[x]",
        "```\n<script>alert(1)</script>\n```",
    ],
)
def test_markdown_never_carries_anything_that_runs(workspace, hostile):
    html = render(workspace, hostile).html.lower()
    assert "<script" not in html
    assert '<img src="x"' not in html and "<img src=x" not in html
    assert 'href="javascript:' not in html
    assert 'href="data:' not in html
    assert ' onmouseover="' not in html


def test_merge_tags_survive_markdown(workspace):
    body = (
        'Hi *{{ contact.first_name | default: "you_and_*me*" }}*, '
        "[x](https://e.example/{{ contact.country }})"
    )
    html = render(workspace, body).html
    assert '<em>{{ contact.first_name | default: "you_and_*me*" }}</em>' in html
    assert 'href="https://e.example/{{ contact.country }}"' in html


def test_what_looks_like_a_merge_tag_but_is_none_stays_text(workspace):
    html = render(workspace, "{% raw %}{{ contact.email }}{% endraw %}", name="x").html
    assert "{% raw %}" in html
    assert "{{ contact.email }}" in html


def test_a_condition_does_not_cut_a_list_in_two(workspace):
    body = "- one\n{% if contact.company %}\n- two\n{% endif %}\nend"
    html = render(workspace, body).html
    start, end = html.index("{% if"), html.index("{% endif %}")
    inner = html[start:end]
    assert inner.count("<ul") == inner.count("</ul>") == 1
    assert inner.count("<li") == inner.count("</li>") == 1
    assert "<p></p>" not in html


def test_a_link_titled_button_becomes_a_button(workspace):
    html = render(workspace, '[Go](https://e.example/ "button")').html
    assert 'class="button-link"' in html
    assert 'title="button"' not in html
    assert "<p" not in html[html.index('class="button"') - 40 : html.index('class="button"')]


@pytest.mark.parametrize("scheme", ["view-source:", "feed:", "jar:", "livescript:", "x-y:"])
def test_markdown_links_lead_to_the_web_to_mail_and_to_phones_only(workspace, scheme):
    html = render(workspace, f"[x]({scheme}javascript:y()) ![x]({scheme}javascript:y())").html
    assert f'="{scheme}' not in html
    for url in ("https://e.example/", "mailto:a@e.example", "tel:+31", "#part", "/a:b", "a"):
        assert f'href="{url}"' in render(workspace, f"[x]({url})").html


def test_bare_addresses_become_links_bare_names_do_not(workspace):
    html = render(workspace, "See https://e.example/x and read.me").html
    assert 'href="https://e.example/x"' in html
    assert "read.me</a>" not in html


def test_text_is_derived_with_addresses_behind_words(workspace):
    text = render(workspace, "# T\n\nRead [this](https://e.example/?a=1&b=2).\n\n- a\n- b").text
    assert "this <https://e.example/?a=1&b=2>." in text
    assert "* a" in text
    assert text.startswith("T\n")


@pytest.mark.parametrize("odd", ["\x0b", "&#1;", "\ufffe", "&#xffff;"])
@pytest.mark.parametrize(
    "source",
    [
        "<a href='https://example.com/'>Shop{}</a>",
        "<a href='https://example.com/'><b>Shop</b>{}</a>",
        "<img src='https://example.com/a.png' alt='Shop{}'>",
    ],
)
def test_text_is_derived_from_characters_that_no_text_should_have(workspace, source, odd):
    campaign = Campaign(workspace=workspace, format="html", body=source.format(odd))
    assert rendering.derived_text(campaign).startswith("Shop")


def test_text_of_layout_tables_reads_as_text(workspace):
    body = (
        "<html><head><title>No</title><style>x</style></head><body><table><tr><td>"
        "<table><tr><td><h1>Head</h1></td></tr><tr><td><p>Words</p><img src=x alt='A cat'>"
        '<a href="https://e.example/"><img src=y alt="Shop"></a></td></tr></table>'
        "</td></tr></table></body></html>"
    )
    text = render(workspace, body, format="html").text
    assert "No" not in text
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    assert lines[:2] == ["Head", "Words"]
    assert "Shop <https://e.example/>" in text


def test_pasted_html_without_styles_is_not_touched(workspace):
    body = "<TABLE ><tr><td>{{ contact.email|default:&quot;x&quot; }}</TABLE>"
    assert render(workspace, body, format="html").html == body.replace("&quot;", '"')


def test_empty_bodies_render(workspace):
    for form in ("markdown", "html"):
        content = render(workspace, "", format=form)
        assert content.text in ("", "\n")
