"""Links say which campaign somebody came from."""

import pytest

from campaigns.composing import editing, freezing, rendering, utm
from tests import world

MARKS = {"utm_source": "news letter", "utm_campaign": "spring&50%"}
ADDED = "utm_source=news%20letter&utm_campaign=spring%2650%25"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://bakery.nl", f"https://bakery.nl?{ADDED}"),
        ("https://bakery.nl/a?b=1&c", f"https://bakery.nl/a?b=1&c&{ADDED}"),
        ("https://bakery.nl/a?q=%C3%A9+x#top", f"https://bakery.nl/a?q=%C3%A9+x&{ADDED}#top"),
        (
            "https://bakery.nl/?UTM_Source=mine",
            "https://bakery.nl/?UTM_Source=mine&utm_campaign=spring%2650%25",
        ),
        ("https://bakery.nl/?utm_source=&utm_campaign=x", None),
        ("https://[bad/", None),
    ],
)
def test_an_address_gets_the_marks_it_has_not(url, expected):
    assert utm.marked(url, MARKS) == expected


def test_our_own_pages_get_none(settings):
    settings.PUBLIC_URL = "https://news.bakery.nl"
    assert utm.marked("https://news.bakery.nl/p/x", MARKS) is None


def test_every_link_of_both_parts_is_marked_and_nothing_else(workspace):
    campaign = world.make_campaign(
        workspace,
        body="[Shop](https://bakery.nl/?a=1) [Yours](https://bakery.nl/{{ contact.language }}) "
        "[Write](mailto:a@bakery.nl) [Leave]({{ unsubscribe_url }})",
        utm_medium="email",
    )
    content = rendering.render(campaign)
    assert 'href="https://bakery.nl/?a=1&amp;utm_medium=email"' in content.html
    assert "<https://bakery.nl/?a=1&utm_medium=email>" in content.text
    assert "https://bakery.nl/{{ contact.language }}?utm_medium=email" in content.html
    assert 'href="mailto:a@bakery.nl"' in content.html
    assert 'href="{{ unsubscribe_url }}"' in content.html


def test_without_marks_nothing_changes(workspace):
    campaign = world.make_campaign(workspace, format="html", body="<p a='1'>{{- 'x' -}} </p>")
    assert rendering.render(campaign).html == "<p a='1'>{{- 'x' -}} </p>"


def test_the_marked_address_is_the_one_that_is_counted(workspace, sender):
    campaign = world.make_campaign(workspace, sender=sender, utm_source="news")
    assert list(freezing.freeze(campaign).links) == ["https://example.com/a?utm_source=news"]


def test_a_copy_has_the_same_marks(workspace, member):
    campaign = world.make_campaign(workspace, utm_source="news")
    assert editing.duplicate(campaign, member).utm_source == "news"
