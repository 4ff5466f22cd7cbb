"""Ask whether mail can leave: connect to each provider in use, and sign in where that is told.

Nothing is sent. An API tells nothing before the first mail, so of those only the settings
are looked at.
"""

from django.db import DatabaseError

from campaigns.accounts.models import Sender
from campaigns.sending import mailers
from campaigns.sending.outcomes import TransportError
from config.probes import ProbeError


def mail() -> str:
    """Knock at every provider that a sender uses, and tell all that do not open."""
    try:
        senders = Sender.objects.select_related("provider").order_by("provider_id", "pk")
        in_use = list(senders.distinct("provider_id"))
    except DatabaseError as error:
        raise ProbeError("cannot be looked at: the database does not answer") from error
    closed = [told for sender in in_use if (told := _knock(sender))]
    if closed:
        raise ProbeError("; ".join(closed))
    return f"{len(in_use)} providers in use, all open" if in_use else "no sender yet"


def _knock(sender: Sender) -> str:
    """Return what is wrong with the sender's provider, or nothing."""
    try:
        mailer = mailers.mailer_for(sender)
    except TransportError as error:
        return _about(sender, error)
    try:
        trouble = mailer.hand_over([]).trouble
    finally:
        mailer.close()
    return _about(sender, trouble) if trouble else ""


def _about(sender: Sender, trouble: TransportError) -> str:
    provider = sender.provider
    return f"provider {provider.pk} ({provider.kind}): {trouble.reason.rstrip('.')}"
