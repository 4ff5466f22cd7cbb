"""Freezing: once per number, with links registered, and never changed."""

import pytest

from campaigns.composing import compiling, freezing, previewing
from campaigns.composing.models import Revision
from tests import world
from tracking.models import Link


def make(workspace, **fields):
    return world.make_campaign(
        workspace,
        sender=world.make_sender(workspace),
        lists=fields.pop("lists", [world.make_list(workspace, name="Readers")]),
        **fields,
    )


def test_freezing_twice_is_freezing_once(workspace):
    campaign = make(workspace)
    first = freezing.freeze(campaign)
    campaign.body = "Changed behind its back"
    assert freezing.freeze(campaign) == first
    assert Revision.objects.count() == 1
    assert Link.objects.count() == len(first.links) == 1


def test_numbers_of_links_are_never_used_again(workspace):
    campaign = make(workspace, body="[a](https://example.com/a) [b](https://example.com/b)")
    first = freezing.freeze(campaign)
    campaign.body = "[b](https://example.com/b) [c](https://example.com/c)"
    campaign.revision = 2
    second = freezing.freeze(campaign)
    assert first.links == {"https://example.com/a": 1, "https://example.com/b": 2}
    assert second.links == {"https://example.com/b": 2, "https://example.com/c": 3}


def test_a_stored_link_is_what_the_author_wrote(workspace):
    url = "https://example.com/a?x=1&y=%20ä&copy=2#part"
    body = f'<a href="{url.replace("&", "&amp;")}">x</a>'
    campaign = make(workspace, format="html", body=body)
    number = freezing.freeze(campaign).links[url]
    assert Link.objects.get(campaign_id=campaign.pk, number=number).url == url


def test_a_draft_for_a_test_mail_is_not_kept(workspace):
    draft = freezing.unsaved(make(workspace))
    assert draft.links == {"https://example.com/a": 1}
    assert not Revision.objects.exists()


def test_keeps_the_senders_facts_as_they_were(workspace):
    campaign = make(workspace)
    frozen = freezing.freeze(campaign)
    assert (frozen.from_email, frozen.postal_address) == (
        campaign.sender.email,
        workspace.postal_address,
    )
    assert (frozen.list_name, frozen.list_key) == (
        "Readers",
        f"list-{campaign.lists.get().pk}",
    )


def test_several_lists_are_filed_under_the_workspace(workspace):
    lists = [world.make_list(workspace), world.make_list(workspace)]
    frozen = freezing.freeze(make(workspace, lists=lists))
    assert (frozen.list_name, frozen.list_key) == (workspace.name, f"workspace-{workspace.pk}")


def test_the_authors_own_text_wins(workspace):
    assert freezing.freeze(make(workspace, text="My own words")).text == "My own words"


BLOCK = '{"version": 1, "blocks": [{"type": "text", "html": "%s"}]}'


@pytest.mark.parametrize(
    ("format", "body"),
    [
        ("markdown", "{{ 'Hi' | append: ' <b onclick=x>' }}"),
        ("blocks", BLOCK % "{{ 'Hi' | append: ' &lt;b onclick=x&gt;' }}"),
    ],
)
def test_what_a_merge_tag_quotes_is_text_where_html_is(workspace, format, body):
    frozen = freezing.freeze(make(workspace, format=format, body=body))
    parts = compiling.compile_revision(frozen, "none").parts(previewing.person_of(frozen))
    assert "Hi &lt;b onclick=x&gt;" in parts.html
    assert "<b onclick" not in parts.html
    assert "Hi <b onclick=x>" in parts.text


def test_what_a_merge_tag_quotes_is_html_in_pasted_html(workspace):
    frozen = freezing.freeze(make(workspace, format="html", body="<p>{{ '<b>Hi</b>' }}</p>"))
    parts = compiling.compile_revision(frozen, "none").parts(previewing.person_of(frozen))
    assert "<p><b>Hi</b></p>" in parts.html
