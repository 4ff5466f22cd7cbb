"""Servers quote addresses. Where their words are kept beside no delivery, no address is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.accounts import stand_ins
from campaigns.sending import pacing, standing_in, steering
from campaigns.sending.bounces.models import BounceMailbox
from campaigns.sending.models import Alarm, Cooldown
from campaigns.sending.outcomes import TransportError
from tests import world
from tests.privacy.everywhere import places
from tests.sending import stage
from tests.sending.bounces.conftest import make_mailbox

pytestmark = pytest.mark.django_db

WORDS = "450 4.2.0 <rosalind@quux.example>: Recipient address rejected"
KEPT = "450 4.2.0 <r•••@q•••.example>: Recipient address rejected"


@pytest.mark.parametrize("stop", [steering.stop_for_refusals, steering.stop_for_provider])
def test_a_pause_and_its_alarm_name_nobody(workspace, stop):
    campaign = stage.make_sending(workspace, people=1)
    assert stop(campaign, WORDS)
    campaign.refresh_from_db()
    assert KEPT in campaign.pause_reason
    assert Alarm.objects.get().words == KEPT
    assert places("quux") == {}


def test_a_provider_that_is_left_alone_names_nobody(sender):
    pacing.cool_down(sender.provider_id, TransportError(WORDS))
    assert Cooldown.objects.get().reason == KEPT
    assert places("quux") == {}


def test_a_provider_that_another_stands_in_for_names_nobody(sender):
    second = world.make_sender(sender.workspace, email="other@acme.example").provider
    stand_ins.put_in_order(sender, [second])
    assert standing_in.hand_on(sender, sender.provider, TransportError(WORDS, lasting=True))
    assert Cooldown.objects.get().reason == KEPT
    assert places("quux") == {}


def test_a_mailbox_that_cannot_be_read_names_nobody(sender):
    mailbox = make_mailbox(sender, 993)
    BounceMailbox.objects.failed(mailbox.pk, WORDS, timedelta(0))
    mailbox.refresh_from_db()
    assert mailbox.trouble == KEPT
    assert places("quux") == {}
