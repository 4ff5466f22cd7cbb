"""The pages of sending, as a member uses them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.accounts.models import AuditEntry
from campaigns.composing.models import Campaign
from campaigns.sending import tasks
from campaigns.sending.models import Cooldown, Delivery
from tests import world
from tests.sending import stage

pytestmark = pytest.mark.django_db

PAGES = ["confirm", "campaign", "progress"]
VERBS = ["confirm", "test", "pause", "resume", "cancel", "to_draft"]


@pytest.fixture
def rings(monkeypatch):
    """The doorbells that were rung, in place of a broker."""
    heard: list[tuple[str, int]] = []
    monkeypatch.setattr(tasks, "ring_launch", lambda pk: heard.append(("launch", pk)))
    monkeypatch.setattr(tasks, "ring_send", lambda pk: heard.append(("send", pk)))
    return heard


def address(name, campaign):
    return reverse(f"sending:{name}", args=[campaign.pk])


def in_state(draft, status, **fields):
    Campaign.objects.filter(pk=draft.pk).update(status=status, **fields)
    draft.refresh_from_db()
    return draft


def test_the_confirmation_says_who_gets_it_from_whom_and_how_they_are_tracked(alice, draft):
    stage.make_people(draft.workspace, draft.lists.get(), 11, measuring="granted")
    stage.make_people(draft.workspace, draft.lists.get(), 3)
    page = alice.get(address("confirm", draft)).text
    assert "Send to 14 people now" in page
    assert draft.sender.email in page
    assert "<strong>11</strong> per person" in page
    assert "<strong>3</strong> in totals only" in page


def test_the_confirmation_says_when_an_audience_is_small(alice, draft):
    stage.make_people(draft.workspace, draft.lists.get(), 2)
    assert "small audience" in alice.get(address("confirm", draft)).text


def test_what_is_missing_links_to_its_field_and_stops_the_launch(alice, draft, rings):
    Campaign.objects.update(subject="", sender=None)
    page = alice.get(address("confirm", draft)).text
    edit = reverse("composing:edit", args=[draft.pk])
    for field in ("subject", "sender", "lists"):
        assert f"{edit}#id_{field}" in page
    assert alice.post(address("confirm", draft), {"launch": "yes"}).status_code == 422
    draft.refresh_from_db()
    assert draft.status == Campaign.Status.DRAFT
    assert rings == []


def test_launching_prepares_once_rings_and_is_on_record(alice, draft, rings):
    stage.make_people(draft.workspace, draft.lists.get(), 1)
    for _ in range(2):
        answer = alice.post(address("confirm", draft), {"launch": "yes"})
        assert answer.url == address("campaign", draft)
    draft.refresh_from_db()
    assert draft.status == Campaign.Status.PREPARING
    assert rings == [("launch", draft.pk)]
    assert AuditEntry.objects.filter(action="campaign_launched").count() == 1


def test_scheduling_keeps_the_zone_it_was_chosen_in(alice, draft):
    stage.make_people(draft.workspace, draft.lists.get(), 1)
    values = {"schedule": "yes", "date": "2031-07-01", "time": "09:30", "zone": "Europe/Berlin"}
    alice.post(address("confirm", draft), values)
    draft.refresh_from_db()
    assert draft.status == Campaign.Status.SCHEDULED
    assert draft.scheduled_at.isoformat() == "2031-07-01T07:30:00+00:00"
    assert draft.scheduled_zone == "Europe/Berlin"
    page = alice.get(address("campaign", draft)).text
    assert "1 July 2031, 09:30" in page
    assert "Europe/Berlin" in page


@pytest.mark.parametrize(
    ("date", "time", "says"),
    [
        ("2031-03-30", "02:30", "The clocks skip this time that day"),
        ("2031-10-26", "02:30", "The clocks show this time twice"),
        ("2020-01-01", "10:00", "passed already"),
        ("", "10:00", "required"),
        ("2031-02-30", "10:00", "Enter a valid date"),
    ],
)
def test_a_moment_that_is_none_is_said_and_nothing_is_lost(alice, draft, date, time, says):
    stage.make_people(draft.workspace, draft.lists.get(), 1)
    values = {"schedule": "yes", "date": date, "time": time, "zone": "Europe/Berlin"}
    answer = alice.post(address("confirm", draft), values)
    assert answer.status_code == 422
    assert says in answer.text
    assert time in answer.text
    draft.refresh_from_db()
    assert draft.status == Campaign.Status.DRAFT


def test_of_two_moments_one_is_chosen(alice, draft):
    stage.make_people(draft.workspace, draft.lists.get(), 1)
    values = {"schedule": "yes", "date": "2031-10-26", "time": "02:30", "zone": "Europe/Berlin"}
    alice.post(address("confirm", draft), values | {"which": "later"})
    draft.refresh_from_db()
    assert draft.scheduled_at.isoformat() == "2031-10-26T01:30:00+00:00"


def test_who_moves_a_campaign_starts_from_the_time_it_has(alice, draft):
    at = datetime(2031, 7, 1, 7, 30, tzinfo=UTC)
    in_state(draft, "scheduled", scheduled_at=at, scheduled_zone="Europe/Berlin")
    form = alice.get(f"/campaigns/{draft.pk}/send/").context["schedule_form"]
    shown = [str(form[name].value()) for name in ("date", "time", "zone")]
    assert shown == ["2031-07-01", "09:30", "Europe/Berlin"]


def test_a_scheduled_campaign_can_be_moved_and_taken_back(alice, draft):
    stage.make_people(draft.workspace, draft.lists.get(), 1)
    in_state(draft, "scheduled", scheduled_at=timezone.now() + timedelta(days=1))
    values = {"schedule": "yes", "date": "2031-07-01", "time": "09:30", "zone": "UTC"}
    alice.post(address("confirm", draft), values)
    draft.refresh_from_db()
    assert draft.scheduled_at.year == 2031
    alice.post(address("to_draft", draft))
    draft.refresh_from_db()
    assert (draft.status, draft.scheduled_at) == (Campaign.Status.DRAFT, None)


@pytest.mark.parametrize(
    ("status", "fields", "says"),
    [
        ("scheduled", {"scheduled_zone": "UTC"}, "Goes out on"),
        ("preparing", {}, "audience is being put together"),
        ("sending", {}, "Mails are going out"),
        ("paused", {"pause_reason": "Paused by Alice."}, "Paused by Alice."),
        ("sent", {}, "Finished on"),
        ("cancelled", {}, "Cancelled on"),
        ("missed", {"scheduled_zone": "UTC"}, "It was to go out on"),
        ("failed", {"pause_reason": "Nobody to mail."}, "Nobody to mail."),
    ],
)
def test_every_state_says_what_it_means(alice, draft, status, fields, says):
    now = timezone.now()
    in_state(draft, status, scheduled_at=now, finished_at=now, launched_at=now, **fields)
    answer = alice.get(address("campaign", draft))
    assert says in answer.text
    renews = 'hx-trigger="every 2s"' in answer.text
    assert renews == (status in ("scheduled", "preparing", "sending"))


def test_a_draft_is_written_and_not_watched(alice, draft):
    assert alice.get(address("campaign", draft)).url == reverse("composing:edit", args=[draft.pk])


def test_the_figures_add_up_and_say_of_how_many(alice, workspace):
    campaign = stage.make_sending(workspace, people=6)
    ids = list(Delivery.objects.order_by("pk").values_list("pk", flat=True))
    now = timezone.now()
    for pk, state in zip(ids, ["sent", "sent", "failed", "unknown", "suppressed"], strict=False):
        facts = {"code": 550 if state == "failed" else None, "reason": f"why {state}"}
        stage.become(Delivery.objects.filter(pk=pk), state, done_at=now, **facts)
    page = alice.get(address("campaign", campaign)).text
    assert "<dd><strong>2</strong> <span>of 6</span></dd>" in page
    for state in ("failed", "unknown", "suppressed"):
        assert f"why {state}" in page
    assert "why sent" not in page
    only = alice.get(address("campaign", campaign), {"state": "unknown"}).text
    unknown, failed = (Delivery.objects.get(state=state) for state in ("unknown", "failed"))
    assert unknown.address in only
    assert failed.address not in only


def test_a_waiting_provider_is_said_in_its_own_words(alice, draft):
    in_state(draft, "sending")
    Cooldown.objects.create(
        provider=draft.sender.provider,
        until=timezone.now() + timedelta(minutes=1),
        reason="421 too busy",
    )
    assert "421 too busy" in alice.get(address("campaign", draft)).text


def test_the_page_costs_the_same_however_many_failed(alice, draft, django_assert_max_num_queries):
    in_state(draft, "sending")
    for contact in stage.make_people(draft.workspace, draft.lists.get(), 60):
        stage.make_delivery(draft, contact, state="failed", done_at=timezone.now())
    with django_assert_max_num_queries(20):
        text = alice.get(address("campaign", draft)).text
    assert "60 rows" in text
    assert 'rel="next"' in text


def test_pause_resume_and_cancel(alice, draft, rings):
    stage.make_people(draft.workspace, draft.lists.get(), 1)
    in_state(draft, "sending")
    alice.post(address("pause", draft))
    draft.refresh_from_db()
    assert draft.status == Campaign.Status.PAUSED
    assert "alice@example.org" in draft.pause_reason
    alice.post(address("resume", draft))
    draft.refresh_from_db()
    assert (draft.status, draft.pause_reason) == (Campaign.Status.SENDING, "")
    assert rings == [("send", draft.pk)]
    alice.post(address("cancel", draft))
    draft.refresh_from_db()
    assert draft.status == Campaign.Status.CANCELLED
    alice.post(address("resume", draft))
    draft.refresh_from_db()
    assert draft.status == Campaign.Status.CANCELLED


def test_content_that_cannot_be_sent_is_not_resumed(alice, draft, rings):
    in_state(draft, "paused", body="")
    answer = alice.post(address("resume", draft), follow=True)
    assert "the body is empty" in answer.text
    draft.refresh_from_db()
    assert draft.status == Campaign.Status.PAUSED
    assert rings == []


@pytest.mark.parametrize("name", PAGES)
def test_strangers_see_nothing(stranger, draft, name):
    assert stranger.get(address(name, draft)).status_code == 404


@pytest.mark.parametrize("name", VERBS)
def test_strangers_do_nothing(stranger, draft, name):
    stage.make_people(draft.workspace, draft.lists.get(), 1)
    before = Campaign.objects.values().get()
    assert stranger.post(address(name, draft), {"launch": "yes"}).status_code == 404
    assert Campaign.objects.values().get() == before


@pytest.mark.parametrize("name", ["test", "pause", "resume", "cancel", "to_draft"])
def test_a_get_changes_nothing(alice, draft, name):
    assert alice.get(address(name, draft)).status_code == 405


def test_a_reader_watches_and_does_not_launch(client, draft):
    reader = world.make_member(draft.workspace, role="reader")
    client.force_login(reader)
    assert client.get(address("confirm", draft)).status_code == 200
    assert client.post(address("confirm", draft), {"launch": "yes"}).status_code == 403
