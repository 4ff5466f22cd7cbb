"""Who withdraws: old mails collect nothing more, and what was kept goes."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import connection, transaction

from tests.tracking.hitting import JP, fill, make_campaign, make_hit, person
from tracking import draining, muting
from tracking.models import CampaignCount, Engagement, Event, LinkClicker, Muted, PeopleCount
from tracking.querysets import lock_draining
from tracking.tokens import Kind, Mode, Token

CONTACT = 5001  # Whose delivery is 1: see `person`.
DATA_CENTRE = "3.5.140.7"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "spool"


@pytest.mark.django_db
def test_a_muted_token_leaves_no_trace(folder):
    campaign = make_campaign()
    muting.mute({CONTACT: 1})
    fill(folder, [make_hit(person(campaign, 1)), make_hit(person(campaign, 1), 1)])
    draining.drain(folder)
    for model in (Event, Engagement, LinkClicker, CampaignCount, PeopleCount):
        assert not model.objects.exists()


@pytest.mark.django_db
def test_mails_after_a_new_consent_are_measured_again(folder):
    campaign = make_campaign()
    muting.mute({CONTACT: 1})
    fill(folder, [make_hit(person(campaign, 1, epoch=1)), make_hit(person(campaign, 1, epoch=0))])
    draining.drain(folder)
    assert Event.objects.filter(contact_id=CONTACT).count() == 1


@pytest.mark.django_db
def test_what_was_kept_of_a_person_goes_and_counts_stay(folder):
    campaign = make_campaign()
    fill(folder, [make_hit(person(campaign, n), k) for n in (1, 2) for k in (0, 1)])
    draining.drain(folder)
    muting.mute({CONTACT: 1})
    for model in (Event, Engagement):
        assert set(model.objects.values_list("contact_id", flat=True)) == {5002}
    assert list(LinkClicker.objects.values_list("delivery_id", flat=True)) == [2]
    assert PeopleCount.objects.get(campaign_id=campaign).openers_sure == 2
    assert CampaignCount.objects.get(campaign_id=campaign).clicks == 2


@pytest.mark.django_db
def test_a_mail_that_knows_nobody_goes_on_being_counted(folder):
    campaign = make_campaign()
    muting.mute({CONTACT: 1, 0: 1})
    fill(folder, [make_hit(Token(campaign))])
    draining.drain(folder)
    assert CampaignCount.objects.get(campaign_id=campaign).opens == 1


@pytest.mark.django_db
def test_muting_again_moves_the_epoch_on():
    muting.mute({CONTACT: 1})
    muting.mute({CONTACT: 2})
    assert Muted.objects.get(contact_id=CONTACT).epoch == 2


@pytest.mark.django_db
def test_a_forgotten_person_is_never_measured_again(folder):
    campaign = make_campaign()
    fill(folder, [make_hit(person(campaign, 1, epoch=999))])
    muting.forget([CONTACT])
    draining.drain(folder)
    assert not Event.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_hit_that_is_being_drained_does_not_outlive_the_withdrawal(folder):
    campaign = make_campaign()
    fill(folder, [make_hit(person(campaign, 1))])
    muted = threading.Event()

    def mute() -> None:
        muting.mute({CONTACT: 1})
        muted.set()
        connection.close()

    with transaction.atomic():
        # The drainer has begun, and reads who is muted.
        lock_draining()
        drainer = draining.Drainer(folder)
        withdrawal = threading.Thread(target=mute)
        withdrawal.start()
        assert not muted.wait(0.3), "the withdrawal waits for the batch"
        assert drainer.step() == 1
    withdrawal.join(60)
    assert muted.is_set()
    assert not Event.objects.exists()
    assert not Engagement.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "left"), [(Kind.OPEN, "click"), (Kind.CLICK, "open")])
def test_one_purpose_is_taken_back_and_the_other_goes_on(folder, kind, left):
    campaign = make_campaign()
    both = [make_hit(person(campaign, 1)), make_hit(person(campaign, 1), 1)]
    fill(folder, both)
    draining.drain(folder)
    muting.mute({CONTACT: 1}, [kind])
    assert set(Event.objects.values_list("kind", flat=True)) == {left}
    fill(folder, both)
    draining.drain(folder)
    assert list(Event.objects.values_list("kind", flat=True)) == [left, left]
    kept = Engagement.objects.get()
    gone = kind.value
    assert getattr(kept, f"{gone}s_sure") == 0 and getattr(kept, f"first_{gone}_at") is None
    assert getattr(kept, f"{left}s_sure") == 2 and getattr(kept, f"first_{left}_at")
    assert LinkClicker.objects.exists() is (left == "click")


@pytest.mark.django_db
def test_what_is_left_of_the_one_purpose_tells_nothing_of_the_other(folder):
    campaign = make_campaign()
    unsure = make_hit(person(campaign, 1), 1, ip=DATA_CENTRE)
    clicks = [make_hit(person(campaign, 2), 1, ip=JP, after=n) for n in (60, 90)]
    opens = [make_hit(person(campaign, n), after=600) for n in (1, 2)]
    fill(folder, [unsure, *clicks, *opens])
    draining.drain(folder)
    muting.mute({CONTACT: 1, CONTACT + 1: 1}, [Kind.OPEN])
    only_unsure, clicked = Engagement.objects.order_by("delivery_id")
    assert (only_unsure.country, only_unsure.device, only_unsure.last_at) == ("", "", None)
    assert clicked.last_at == clicked.first_click_at
    assert clicked.country == "JP"
    assert only_unsure.clicks_only and clicked.clicks_only


@pytest.mark.django_db
def test_who_took_back_what_they_did_leaves_no_row(folder):
    campaign = make_campaign()
    fill(folder, [make_hit(person(campaign, 1))])
    draining.drain(folder)
    muting.mute({CONTACT: 1}, [Kind.OPEN])
    assert not Engagement.objects.exists()


@pytest.mark.django_db
def test_counts_of_people_stay_right_when_one_purpose_is_taken_back(folder):
    campaign = make_campaign()
    both = [make_hit(person(campaign, 1)), make_hit(person(campaign, 1), 1)]
    fill(folder, both)
    draining.drain(folder)
    muting.mute({CONTACT: 1}, [Kind.OPEN])
    fill(folder, both)
    draining.drain(folder)
    people = PeopleCount.objects.get(campaign_id=campaign)
    assert (people.openers_sure, people.clickers_sure) == (1, 1)


@pytest.mark.django_db
def test_the_click_of_who_hides_opens_tells_of_no_open(folder):
    campaign = make_campaign()
    hidden = replace(person(campaign, 1), mode=Mode.CLICKS)
    fill(folder, [make_hit(hidden, 1), make_hit(person(campaign, 2), 1)])
    draining.drain(folder)
    people = PeopleCount.objects.get(campaign_id=campaign)
    assert (people.clickers_sure, people.openers_sure, people.openers_possible) == (2, 1, 1)
    assert [row.delivery_id for row in Engagement.objects.all().openers()] == [2]
    assert [row.delivery_id for row in Engagement.objects.all().possible_openers()] == [2]
    assert Engagement.objects.all().clickers().count() == 2
