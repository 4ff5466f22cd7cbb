"""Whom among Amazon's topics we listen to: those that an owner has let in, and no others."""

from __future__ import annotations

from django.db.models.functions import Now

from campaigns.accounts.models import Provider
from campaigns.sending import sns
from campaigns.sending.models import Topic

# Who can make Amazon ask can make it ask often.
MOST = 20


def hear(provider: Provider, body: bytes) -> bool:
    """Check a message, and say whether its events are to be read. Raises `sns.SnsError`.

    A topic that asks to be heard is noted, for an owner to decide; nothing is confirmed
    by itself.
    """
    message = sns.read(body)
    topics = Topic.objects.filter(provider=provider)
    if message["Type"] == "SubscriptionConfirmation":
        if topics.filter(arn=message["TopicArn"]).exists() or topics.count() < MOST:
            Topic.objects.update_or_create(
                provider=provider,
                arn=message["TopicArn"][:300],
                defaults={"subscribe_url": message.get("SubscribeURL", "")[:2000]},
            )
        return False
    if not topics.filter(arn=message["TopicArn"], confirmed_at__isnull=False).exists():
        raise sns.SnsError("nobody has let this topic in")
    return message["Type"] == "Notification"


def let_in(topic: Topic) -> None:
    """Confirm a topic's subscription at Amazon, and listen to it. Raises `sns.SnsError`."""
    sns.confirm(topic.subscribe_url, topic.arn)
    Topic.objects.filter(pk=topic.pk).update(confirmed_at=Now())


def forget(topic: Topic) -> None:
    """Do not listen to a topic any more."""
    topic.delete()
