"""Tell what a provider tells of a mail."""

import json

from campaigns.accounts.models import Provider
from campaigns.sending import webhooks
from campaigns.sending.models import Door


def make_provider(workspace, kind="postmark", **credentials):
    provider = Provider(workspace=workspace, name=kind, kind=kind)
    provider.credentials = credentials
    provider.save()
    return provider


def postmark_event(delivery, record="Delivery", **fields):
    at = {"Delivery": "DeliveredAt", "Bounce": "BouncedAt", "SpamComplaint": "BouncedAt"}[record]
    return {
        "RecordType": record,
        "MessageID": "pm-1",
        "Recipient": delivery.address,
        at: "2026-03-01T10:00:00Z",
        "Metadata": {"delivery": delivery.uuid.hex},
    } | fields


def tell(client, provider, event):
    door = Door.objects.filter(provider=provider).first()
    url = webhooks.address(door) if door else webhooks.open_door(provider)
    path = url.removeprefix("http://127.0.0.1:8000")
    return client.post(path, json.dumps(event), content_type="application/json")


def hard_bounce(delivery, **fields):
    return (
        postmark_event(delivery, "Bounce", Type="HardBounce", Email=delivery.address, ID=1) | fields
    )
