"""Blocks that a template's author locked, and what others may do about them."""

import json

import pytest

from campaigns.composing.blocks import locking
from campaigns.composing.blocks.locking import LockedError
from tests import world
from tests.composing.test_templates import save
from tests.composing.test_views import HTMX, form_data, url

HEAD = {"type": "text", "html": "<h1>Acme</h1>", "lock": "all"}
LEAD = {"type": "text", "html": "<p>Write here</p>", "lock": "place"}
FREE = {"type": "text", "html": "<p>Free</p>"}
FOOT = {"type": "social", "links": [], "lock": "all"}


def written(*blocks, **style):
    return json.dumps({"version": 1, "style": style, "blocks": list(blocks)})


BEFORE = written(HEAD, LEAD, FREE, FOOT)
MAY = {
    "nothing": (HEAD, LEAD, FREE, FOOT),
    "other words": (HEAD, LEAD | {"html": "<p>Mine</p>"}, FREE, FOOT),
    "other free blocks": (HEAD, LEAD, FREE | {"html": "<p>x</p>"}, {"type": "divider"}, FOOT),
    "no free blocks": (HEAD, LEAD, FOOT),
}
MAY_NOT = {
    "other words in what is locked": (HEAD | {"html": "<h1>Me</h1>"}, LEAD, FREE, FOOT),
    "take it away": (LEAD, FREE, FOOT),
    "move it": (LEAD, HEAD, FREE, FOOT),
    "move it down": (FREE, HEAD, LEAD, FOOT),
    "put something between": (HEAD, FREE, LEAD, FREE, FOOT),
    "put something after the end": (HEAD, LEAD, FREE, FOOT, FREE),
    "open the lock": (HEAD | {"lock": ""}, LEAD, FREE, FOOT),
    "open the smaller lock": (HEAD, LEAD | {"lock": ""}, FREE, FOOT),
    "put another kind there": (HEAD, {"type": "divider", "lock": "place"}, FREE, FOOT),
    "put another colour behind": (HEAD, LEAD | {"band": "accent"}, FREE, FOOT),
    "lock more": (HEAD, LEAD, FREE | {"lock": "all"}, FOOT),
    "double it": (HEAD, HEAD, LEAD, FREE, FOOT),
    "leave nothing": (),
}


@pytest.mark.parametrize("blocks", MAY.values(), ids=MAY)
def test_what_is_free_may_change(blocks):
    locking.check(BEFORE, written(*blocks))


@pytest.mark.parametrize("blocks", MAY_NOT.values(), ids=MAY_NOT)
def test_what_is_locked_stays_as_and_where_it_is(blocks):
    with pytest.raises(LockedError):
        locking.check(BEFORE, written(*blocks))


def test_colours_stay_where_a_whole_block_is_locked():
    with pytest.raises(LockedError):
        locking.check(BEFORE, written(HEAD, LEAD, FREE, FOOT, ink="#ff0000"))
    locking.check(written(LEAD), written(LEAD, ink="#ff0000"))


def test_only_a_template_can_be_locked():
    with pytest.raises(LockedError):
        locking.check(written(FREE), written(HEAD))


@pytest.fixture
def marketer(client, workspace):
    client.force_login(world.make_member(workspace, role="marketer"))
    return client


@pytest.fixture
def campaign(workspace, sender):
    return world.make_campaign(workspace, sender=sender, format="blocks", body=BEFORE)


def post(client, campaign, **changes):
    page = client.post(url("edit", campaign), form_data(campaign, **changes), headers=HTMX)
    campaign.refresh_from_db()
    return page.content.decode()


def test_the_server_refuses_a_marketer_and_saves_the_rest(marketer, campaign):
    page = post(marketer, campaign, subject="New", body=written(LEAD, FREE, FOOT))
    assert "author locked some blocks" in page
    assert (campaign.subject, campaign.body) == ("New", BEFORE)
    post(marketer, campaign, body=written(*MAY["other words"]))
    assert "Mine" in campaign.body


def test_no_other_way_of_writing_leads_around_a_lock(marketer, campaign):
    assert "author locked some blocks" in post(marketer, campaign, format="html", body="<p>x</p>")
    assert (campaign.format, campaign.body) == ("blocks", BEFORE)


def test_a_format_that_does_not_exist_leads_around_no_lock(marketer, campaign):
    assert "author locked some blocks" in post(marketer, campaign, format="x", body=written(FREE))
    assert campaign.body == BEFORE


def test_a_copy_of_a_campaign_is_locked_as_well(marketer, campaign, workspace):
    marketer.post(url("duplicate", campaign))
    copy = workspace.campaigns.exclude(pk=campaign.pk).get()
    assert "author locked some blocks" in post(marketer, copy, body=written(FREE))


def test_an_owner_may_change_everything(alice, campaign):
    post(alice, campaign, body=written(FREE))
    assert "Free" in campaign.body
    assert "lock" not in campaign.body.replace('"lock":""', "").replace("blocks", "")


def test_who_made_a_template_locks_it_and_another_marketer_cannot_open_it(marketer, workspace):
    template = world.make_template(workspace, body=BEFORE)
    refused = save(marketer, template, body=written(FREE))
    assert refused.status_code == 422
    assert "author locked some blocks" in refused.content.decode()
    template.created_by_id = int(marketer.session["_auth_user_id"])
    template.save(update_fields=["created_by"])
    assert save(marketer, template, body=written(FREE)).status_code == 302
