"""Previews: as the contact gets it, and telling nobody."""

import pytest

from campaigns.composing import previewing
from campaigns.composing.models import Revision
from tests import world
from tracking.models import Link


@pytest.fixture
def campaign(workspace, sender):
    return world.make_campaign(
        workspace,
        sender=sender,
        lists=[world.make_list(workspace)],
        preheader="For {{ contact.country }}",
    )


def test_shows_a_contacts_own_values(campaign, workspace):
    bob = world.make_contact(workspace, first_name="Bob", country="NL", fields={"age": 7})
    preview = previewing.preview(campaign, bob)
    assert "Hello Bob" in preview.html
    assert "Hello Bob" in preview.text
    assert preview.preheader == "For NL"


def test_shows_fallbacks_for_somebody_with_nothing_filled_in(campaign):
    assert "Hello friend" in previewing.preview(campaign).html


def test_is_never_tracked_and_writes_nothing(campaign, workspace):
    contact = world.make_contact(workspace, measuring="granted")
    preview = previewing.preview(campaign, contact)
    assert "/track/" not in preview.html + preview.text
    assert 'href="https://example.com/a"' in preview.html
    assert not Link.objects.exists()
    assert not Revision.objects.exists()


def test_says_what_would_be_recorded_of_this_contact(campaign, workspace):
    granted = world.make_contact(workspace, measuring="granted")
    refused = world.make_contact(workspace, measuring="refused")
    assert "which links you click" in previewing.preview(campaign, granted).text
    assert "Nothing is recorded" in previewing.preview(campaign, refused).text


def test_links_of_a_framed_mail_open_nowhere():
    assert previewing.framed("<html><head lang=x><title>x").startswith(
        '<html><head lang=x><base target="_blank">'
    )
    assert previewing.framed("<p>x") == '<base target="_blank"><p>x'
