"""Who takes a sender's mails now: its provider, or the next in its order while that is in trouble.

Only mails that have certainly not been taken go to another provider: what is not
confirmed stays with the one that may have it.
"""

from __future__ import annotations

from datetime import timedelta

from django.db.models.functions import Now

from campaigns.accounts import stand_ins
from campaigns.accounts.models import Provider, Sender
from campaigns.audience import addresses
from campaigns.sending.models import Cooldown
from campaigns.sending.outcomes import TransportError

# A provider that refuses us is asked again now and then: a person may have mended it.
REST = timedelta(minutes=15)


def choose(sender: Sender) -> Provider | None:
    """Return the first of the sender's providers that may be asked now, or None."""
    order = stand_ins.in_order(sender)
    waits = Cooldown.objects.filter(provider__in=order, until__gt=Now())
    if len(order) == 1:
        # Nobody stands in: it is asked, and its refusal pauses the campaign.
        waits = waits.filter(lasting=False)
    cooling = set(waits.values_list("provider", flat=True))
    return next((provider for provider in order if provider.pk not in cooling), None)


def wait_of(sender: Sender) -> Cooldown | None:
    """The shortest wait of the sender's providers, for when none of them may be asked."""
    waits = Cooldown.objects.filter(provider__in=stand_ins.in_order(sender), until__gt=Now())
    return waits.order_by("until").first()


def hand_on(sender: Sender, provider: Provider, trouble: TransportError) -> bool:
    """Let the provider rest, and say whether another one is left to take its mails.

    When none is, a person has to look: after that all are asked anew.
    """
    others = [other for other in stand_ins.in_order(sender) if other.pk != provider.pk]
    if not others:
        return False
    Cooldown.objects.update_or_create(
        provider=provider,
        defaults={
            "until": Now() + REST,
            "reason": addresses.masked(trouble.reason)[:300],
            "lasting": True,
        },
    )
    resting = Cooldown.objects.filter(provider__in=others, until__gt=Now(), lasting=True)
    if resting.count() < len(others):
        return True
    Cooldown.objects.filter(provider__in=[provider, *others], lasting=True).delete()
    return False
