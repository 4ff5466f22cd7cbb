"""The kill switch of a campaign, and what its page says is recorded."""

import pytest
from django.urls import reverse

from campaigns.accounts.models import AuditEntry
from campaigns.sending import launch, stop_measuring, transport
from campaigns.sending.models import Delivery
from tests import world
from tests.sending import stage
from tests.sending.measured import PEOPLE, drain, of_people
from tracking.models import CampaignCount

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("erase", [True, False])
def test_a_campaign_that_is_stopped_collects_nothing_from_mails_that_are_out(
    mailing, settings, alice, draft, erase
):
    letters = mailing(("granted", "granted"))
    mine, anybodys = letters["granted-granted"], letters["p1"]
    mine.open(), anybodys.open()
    drain(settings)
    counts = list(CampaignCount.objects.order_by("pk").values())
    page = reverse("sending:stop_measuring", args=[draft.pk])
    assert alice.post(page, {"erase": "yes"} if erase else {}).status_code == 302
    for letter in (mine, anybodys):
        assert letter.open()["Status"] == "200 OK"
        assert letter.click()["Location"] == "https://shop.example/offer?a=1&b=2"
    drain(settings)
    assert list(CampaignCount.objects.order_by("pk").values()) == counts
    assert len(of_people()) == int(not erase)
    entry = AuditEntry.objects.get(action="measuring_stopped")
    assert entry.details == {"campaign": draft.pk, "erased": erase}
    assert "measuring was stopped" in alice.get(reverse("sending:campaign", args=[draft.pk])).text


def test_what_waits_when_a_campaign_is_stopped_goes_out_untracked(draft, sink, settings):
    stage.make_people(draft.workspace, draft.lists.get(), PEOPLE, measuring="granted")
    assert launch.launch(draft) and launch.prepare(draft.pk)
    assert stop_measuring.stop(draft, erase=False)
    while transport.work(draft.pk, seconds=20):
        pass
    assert len(sink.taken) == PEOPLE
    assert all(b"/track/" not in mail.text for mail in sink.taken)
    assert set(Delivery.objects.values_list("mode", "click_mode")) == {("none", "")}


def test_only_who_may_change_a_campaign_stops_its_measuring(draft, stranger, client):
    page = reverse("sending:stop_measuring", args=[draft.pk])
    assert stranger.post(page).status_code == 404
    reader = world.make_member(draft.workspace, role="reader")
    client.force_login(reader)
    assert client.post(page).status_code == 403
    assert client.get(page).status_code in (403, 405)
    draft.refresh_from_db()
    assert draft.measuring_stopped_at is None


def test_the_campaigns_page_counts_what_was_decided_and_not_what_is_the_rule_now(draft, alice):
    on = draft.lists.get()
    stage.make_people(draft.workspace, on, PEOPLE, measuring="granted")
    world.make_contact(draft.workspace, on=on, measuring="refused", measuring_clicks="granted")
    assert launch.launch(draft) and launch.prepare(draft.pk)
    on.policy, on.tracking = "strict", "none"
    on.save(update_fields=["policy", "tracking"])
    page = alice.get(reverse("sending:campaign", args=[draft.pk])).text
    assert "<strong>12</strong> per person: their opens and clicks" in page
    assert "<strong>1</strong> per person, but only their clicks" in page
    assert "Nothing is recorded" not in page
