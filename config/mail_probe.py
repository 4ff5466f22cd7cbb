"""Ask whether mail can leave: connect to each provider in use, and sign in where that is told.

Nothing is sent. An API tells nothing before the first mail, so of those only the settings
are looked at.
"""

from django.db import DatabaseError

from campaigns.accounts import stand_ins
from campaigns.accounts.models import Provider, Sender
from campaigns.sending import mailers
from campaigns.sending.outcomes import TransportError
from config.probes import ProbeError


def mail() -> str:
    """Knock at every provider that a sender uses or may need, and tell all that do not open."""
    try:
        in_use = _in_use()
    except DatabaseError as error:
        raise ProbeError("cannot be looked at: the database does not answer") from error
    closed = [told for sender, provider in in_use if (told := _knock(sender, provider))]
    if closed:
        raise ProbeError("; ".join(closed))
    return f"{len(in_use)} providers in use, all open" if in_use else "no sender yet"


def _in_use() -> list[tuple[Sender, Provider]]:
    """Return each provider once, with somebody who mails through it or would if need be."""
    found: dict[int, tuple[Sender, Provider]] = {}
    for sender in Sender.objects.select_related("provider").order_by("pk"):
        for provider in stand_ins.in_order(sender):
            found.setdefault(provider.pk, (sender, provider))
    return [found[pk] for pk in sorted(found)]


def _knock(sender: Sender, provider: Provider) -> str:
    """Return what is wrong with the provider, or nothing."""
    try:
        mailer = mailers.mailer_for(sender, provider)
    except TransportError as error:
        return _about(provider, error)
    try:
        trouble = mailer.hand_over([]).trouble
    finally:
        mailer.close()
    return _about(provider, trouble) if trouble else ""


def _about(provider: Provider, trouble: TransportError) -> str:
    return f"provider {provider.pk} ({provider.kind}): {trouble.reason.rstrip('.')}"
