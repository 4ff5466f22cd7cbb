"""Who withdraws: old mails collect nothing more, and what was kept goes."""

import threading
from pathlib import Path

import pytest
from django.db import connection, transaction

from tests.tracking.hitting import fill, make_campaign, make_hit, person
from tracking import draining, muting
from tracking.models import CampaignCount, Engagement, Event, LinkClicker, Muted, PeopleCount
from tracking.querysets import lock_draining
from tracking.tokens import Token

CONTACT = 5001  # Whose delivery is 1: see `person`.


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
    withdrawal.join(10)
    assert muted.is_set()
    assert not Event.objects.exists()
    assert not Engagement.objects.exists()
