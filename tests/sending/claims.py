"""Hold deliveries as a worker does."""

import uuid
from datetime import timedelta

from campaigns.sending.models import Delivery
from campaigns.sending.querysets import ledger

LEASE = timedelta(seconds=60)


def claim(campaign, limit=100, lease=LEASE, token=None):
    token = token or uuid.uuid4()
    return token, ledger.claim(campaign.pk, token=token, limit=limit, lease=lease)


def claim_and_intend(campaign, limit=100):
    token, rows = claim(campaign, limit)
    return token, sorted(ledger.exchange(token, [], [row.id for row in rows]))


def state_of(delivery_id):
    return Delivery.objects.get(pk=delivery_id).state
