"""From one way of writing to another: what stays, what goes, and that nothing is lost."""

import json

import pytest

from campaigns.composing import checks, previewing, turning
from campaigns.composing.models import Campaign
from tests import world
from tests.composing.test_blocks import BLOCKS, written
from tests.composing.test_views import url

MARKDOWN = """# Hello {{ contact.first_name }}

Read **this** and [that](https://example.com/a?b=1&c=2).

- one
- two

![A tulip](https://example.com/a.png)

---

[Go](https://example.com/go "button")

| a | b |
|---|---|
| 1 | 2 |
"""
PAGE = (
    "<html><head><title>T</title><style>p{color:red}</style></head><body>"
    "<table><tr><td><h1>Hello {{ contact.first_name }}</h1><p>Read <b>this</b> &amp; "
    '<a href="https://example.com/a">that</a></p></td></tr></table></body></html>'
)
MJML = (
    "<mjml><mj-body><mj-section><mj-column><mj-text><h1>Hello {{ contact.first_name }}</h1>"
    '<p>Read this and <a href="https://example.com/a">that</a></p></mj-text></mj-column>'
    "</mj-section></mj-body></mjml>"
)
SOURCES = {"markdown": MARKDOWN, "html": PAGE, "mjml": MJML, "blocks": written(*BLOCKS)}
PAIRS = [(source, target) for source in SOURCES for target in SOURCES if source != target]


@pytest.fixture
def make(workspace, sender):
    def made(source, body=None):
        return world.make_campaign(
            workspace,
            sender=sender,
            lists=[world.make_list(workspace)],
            format=source,
            body=SOURCES[source] if body is None else body,
        )

    return made


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_the_words_and_the_merge_tags_stay_whichever_way(make, source, target):
    campaign = make(source)
    before = previewing.preview(campaign).text
    campaign.body, campaign.format = turning.turn(campaign, target), target
    after = previewing.preview(campaign)
    assert "Hello" in after.text
    assert "{{" not in after.html
    first = before.split()
    assert len(set(first) & set(after.text.split())) > 0.75 * len(set(first))
    assert f"{source}-{target}" in turning.losses()


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_nothing_written_yet_is_nothing_in_another_way(make, source, target):
    assert turning.turn(make(source, ""), target) == ""


def test_markdown_becomes_blocks_of_each_kind(make):
    found = json.loads(turning.turn(make("markdown"), "blocks"))["blocks"]
    assert [block["type"] for block in found] == ["text", "image", "divider", "button", "html"]
    assert found[0]["html"].startswith("<h1>Hello {{ contact.first_name }}</h1>")
    assert "<strong>this</strong>" in found[0]["html"]
    assert (found[1]["src"], found[1]["alt"]) == ("https://example.com/a.png", "A tulip")
    assert (found[3]["label"], found[3]["href"]) == ("Go", "https://example.com/go")


def test_blocks_become_the_mjml_and_the_html_they_are_sent_as(make):
    campaign = make("blocks")
    sent = previewing.preview(campaign).html
    campaign.body, campaign.format = turning.turn(campaign, "mjml"), "mjml"
    assert "".join(previewing.preview(campaign).html.split()) == "".join(sent.split())


def test_blocks_become_markdown_with_their_conditions(make):
    found = turning.turn(make("blocks"), "markdown")
    assert found.startswith('# Hello {{ contact.first_name | default: "friend" }}\n')
    assert '[See the offer](https://example.com/offer?a=1&b=2 "button")' in found
    assert '{% if contact.country == "NL" %}\n\nFor the Dutch\n\n{% endif %}' in found


def test_turning_keeps_what_was_written_among_the_versions(alice, make, member):
    campaign = make("markdown")
    answer = alice.post(f"{url('versions', campaign)}turn/", {"format": "blocks", "version": 1})
    assert answer.url == url("edit", campaign)
    campaign.refresh_from_db()
    assert (campaign.format, checks.problems(campaign)) == ("blocks", [])
    newest, former = campaign.versions.newest_first()
    assert (former.format, former.body) == ("markdown", MARKDOWN)
    assert newest.saved_by == member


@pytest.mark.parametrize("data", [{"format": "blocks", "version": 7}, {"format": "x"}, {}])
def test_an_older_page_turns_nothing(alice, make, data):
    campaign = make("markdown")
    alice.post(f"{url('versions', campaign)}turn/", data)
    campaign.refresh_from_db()
    assert (campaign.format, campaign.body) == ("markdown", MARKDOWN)


def test_what_cannot_be_read_is_said_and_stays(alice, make):
    campaign = make("mjml", "<mjml><mj-body>")
    data = {"format": "html", "version": 1}
    page = alice.post(f"{url('versions', campaign)}turn/", data, follow=True).content.decode()
    assert "This MJML cannot be read" in page
    assert Campaign.objects.get(pk=campaign.pk).format == "mjml"
