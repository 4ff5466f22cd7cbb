"""Mails in blocks: what is allowed in a document, and the mail it becomes."""

import json
from typing import Any

import pytest

from campaigns.composing import checks, compiling, freezing, rendering
from campaigns.composing.blocks import checking, document, layout, rich_text
from campaigns.composing.blocks.document import BlocksError
from campaigns.composing.blocks.look import Look
from campaigns.composing.merge_tags import MergeTagError
from tests import world
from tests.composing.letters import body, make_person, parse

BLOCKS: list[dict[str, Any]] = [
    {"type": "text", "html": '<h1>Hello {{ contact.first_name | default: "friend" }}</h1>'},
    {"type": "image", "src": "https://example.com/a.png", "alt": 'A "cat" & a <dog>'},
    {"type": "button", "label": "See the offer", "href": "https://example.com/offer?a=1&b=2"},
    {
        "type": "columns",
        "columns": [
            [{"type": "text", "html": "<p>Left</p>"}],
            [{"type": "text", "html": "<p>Right</p>"}, {"type": "divider"}],
        ],
    },
    {
        "type": "condition",
        "field": "country",
        "test": "is",
        "value": "NL",
        "blocks": [{"type": "text", "html": "<p>For the Dutch</p>"}],
    },
    {"type": "social", "links": [{"name": "GitHub", "href": "https://github.com/acme"}]},
    {"type": "spacer", "height": 40},
    {"type": "html", "source": '<table><tr><td style="color:red">Own</td></tr></table>'},
]


def written(*blocks, **style):
    return json.dumps({"version": 1, "style": style, "blocks": list(blocks)})


def html_of(*blocks, **style):
    return layout.to_html(
        document.read(written(*blocks, **style)),
        title="Acme",
        language="en",
        look=Look(name="Acme"),
    )


@pytest.fixture
def campaign(workspace, sender):
    return world.make_campaign(
        workspace,
        sender=sender,
        lists=[world.make_list(workspace)],
        format="blocks",
        body=written(*BLOCKS),
    )


def sent(campaign, **contact):
    mail = compiling.compile_revision(freezing.freeze(campaign), "individual")
    message = parse(mail.fill(make_person(contact=contact)))
    return body(message, "html"), body(message, "plain")


def test_what_was_read_once_stays_to_the_letter():
    once = document.dump(document.read(written(*BLOCKS)))
    assert document.dump(document.read(once)) == once
    assert [block["type"] for block in json.loads(once)["blocks"]] == [
        block["type"] for block in BLOCKS
    ]


def test_a_mail_in_blocks_passes_the_check_and_is_personal_and_tracked(campaign):
    assert checks.problems(campaign) == []
    html, text = sent(campaign, first_name="Bob", country="NL")
    assert "Hello Bob</h1>" in html
    assert "For the Dutch" in html
    assert "/track/click/" in html
    assert "https://example.com/offer" not in html
    assert "/track/open/" in html
    assert "/track/click/" in text
    assert "For the Dutch" in text
    assert "Unsubscribe" in html


@pytest.mark.parametrize(
    ("test", "value", "seen"),
    [
        ("is", "NL", {"NL"}),
        ("is_not", "NL", {"", "DE"}),
        ("filled", "", {"NL", "DE"}),
        ("empty", "", {""}),
    ],
)
def test_a_condition_shows_its_blocks_to_whom_it_fits(campaign, test, value, seen):
    inner = [{"type": "text", "html": "<p>Only some</p>"}]
    block = {"type": "condition", "field": "country", "test": test, "value": value}
    campaign.body = written({"type": "text", "html": "<p>All</p>"}, block | {"blocks": inner})
    assert checks.problems(campaign) == []
    mail = compiling.compile_revision(freezing.unregistered(campaign), "none")
    shown = {
        country
        for country in ("", "NL", "DE")
        for person in [make_person(contact={"country": country} if country else {})]
        if "Only some" in body(parse(mail.fill(person)), "html")
    }
    assert shown == seen


def test_words_come_out_letter_for_letter():
    html = html_of(
        {"type": "button", "label": "A < B & \"C\" 'D'", "href": "https://example.com/?a=1&b=%22"},
        {"type": "image", "src": "https://example.com/a.png", "alt": '"><script>x</script>'},
    )
    assert "A &lt; B &amp; &quot;C&quot; &#x27;D&#x27;" in html
    assert 'href="https://example.com/?a=1&amp;b=%22"' in html
    assert "<script" not in html
    assert 'alt="&quot;&gt;&lt;script' in html


def test_nothing_is_fetched_but_pictures():
    html = html_of(*BLOCKS)
    assert "fonts.googleapis" not in html
    assert "@import" not in html


def test_derives_a_text_that_reads_well(campaign):
    text = rendering.derived_text(campaign)
    assert "See the offer <https://example.com/offer?a=1&b=2>" in text
    assert 'A "cat" & a <dog>' in text
    assert "prefers-color-scheme" not in text


@pytest.mark.parametrize(
    "found",
    [
        "",
        "Hello",
        "[]",
        "null",
        '{"version":2,"blocks":[]}',
        '{"version":1,"blocks":{}}',
        '{"version":1,"blocks":[1]}',
        '{"version":1,"blocks":[{"type":"script"}]}',
        '{"version":1,"blocks":[{"type":["text"]}]}',
        '{"version":1,"blocks":[{"type":"text","onclick":"x"}]}',
        '{"version":1,"blocks":[{"type":"text","html":5}]}',
        '{"version":1,"blocks":[{"type":"spacer","height":true}]}',
        '{"version":1,"blocks":[{"type":"columns","columns":[[]]}]}',
        '{"version":1,"style":{"ink":"red;}"},"blocks":[]}',
        '{"version":1,"style":{"font":"x\\"/>"},"blocks":[]}',
        "[" * 100_000,
        written({"type": "condition", "field": 'a" %}', "blocks": []}),
        written({"type": "condition", "field": "country", "value": '" %}', "blocks": []}),
        written({"type": "social", "links": [{"name": "<b>", "href": ""}]}),
        written(
            {"type": "condition", "blocks": [{"type": "condition", "blocks": []}]},
        ),
        written(*[{"type": "divider"}] * 501),
    ],
)
def test_what_is_not_allowed_is_refused(found):
    with pytest.raises(BlocksError):
        document.read(found)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        " java\tscript:alert(1)",
        "data:text/html,x",
        "//example.com",
        'https://"onclick=x',
        "{{ contact.first_name | append: ':' }}",
        "vbscript:x",
        "https://",
    ],
)
def test_links_lead_to_the_web_or_nowhere(url):
    found = document.read(written({"type": "button", "label": "x", "href": url}))
    assert found["blocks"][0]["href"] == ""
    assert 'href="' not in rich_text.clean(f'<a href="{url}">x</a>').replace("https://", "")


@pytest.mark.parametrize(
    "url", ["https://example.com/a?b=c&d", "mailto:a@example.com", "{{ unsubscribe_url }}", "#top"]
)
def test_links_that_may_be(url):
    assert rich_text.may_link(url)


@pytest.mark.parametrize(
    "source",
    [
        "<p>A <strong>b</strong> <em>c</em><br>d</p>",
        '<p><a href="https://example.com/?a=1&amp;b=2">x</a></p>',
        "<ul><li>a</li><li>b</li></ul><h2>c &lt; d</h2>",
        '<p>{{ contact.first_name | default: "you" }}</p>',
    ],
)
def test_what_the_editor_makes_stays_as_it_is(source):
    assert rich_text.clean(source) == source


def test_a_block_with_an_unknown_merge_tag_is_named(campaign):
    campaign.body = written(BLOCKS[0], {"type": "text", "html": "<p>{{ contact.nmae }}</p>"})
    (problem,) = checks.problems(campaign)
    assert problem.message.startswith("Block 2: ")
    assert not problem.missing


def test_what_is_not_written_yet_is_named_only_when_the_author_goes_on(campaign):
    campaign.body = written({"type": "button", "label": "x"})
    (problem,) = checks.problems(campaign)
    assert problem.message == "Block 1: The button leads nowhere yet."
    assert problem.missing


def test_a_condition_must_not_begin_in_one_block_and_end_in_another():
    source = written(
        {"type": "text", "html": "<p>{% if contact.email %}</p>"},
        {"type": "text", "html": "<p>{% endif %}</p>"},
    )
    with pytest.raises(MergeTagError, match="Block 1"):
        checking.check(source, {"email"})


def test_no_blocks_are_an_empty_mail(campaign):
    campaign.body = written()
    (problem,) = checks.problems(campaign)
    assert problem.missing


def test_mjml_can_be_written_too(campaign):
    campaign.format = "mjml"
    campaign.body = (
        "<mjml><mj-body>{% if contact.country == 'NL' %}<mj-section><mj-column>"
        "<mj-text>Hi {{ contact.first_name }} &amp; co</mj-text></mj-column></mj-section>"
        '{% endif %}<mj-section><mj-column><mj-button href="https://example.com/x">Go'
        "</mj-button></mj-column></mj-section></mj-body></mjml>"
    )
    assert checks.problems(campaign) == []
    html, text = sent(campaign, first_name="Bob", country="NL")
    assert "Hi Bob &amp; co" in html
    assert "fonts.googleapis" not in html
    assert "/track/click/" in text
    assert "Hi" not in sent(campaign, country="DE")[1]


@pytest.mark.parametrize(
    "source",
    [
        "<mjml><mj-body><mj-section>",
        '<mjml><mj-body><mj-include path="/etc/passwd" />',
        # Its parser panics.
        "<mjml><mj-body><mj-section><mj-column><mj-text>\uff1cb c=\u201cd\u201d/></mj-text>"
        "</mj-column></mj-section></mj-body></mjml>",
    ],
)
def test_mjml_that_cannot_be_read_is_said(campaign, source):
    campaign.format = "mjml"
    campaign.body = source
    (problem,) = checks.problems(campaign)
    assert "MJML cannot be read" in problem.message
