"""The day on which a person was last seen, and no more: only of people who agreed."""

from collections.abc import Mapping, Sequence

from campaigns.audience import consent
from campaigns.audience.models import Consent, Contact, Purpose
from campaigns.audience.reading_querysets import keep_last_seen
from tracking.facts import Agreed

# Hits come in order but for hosts that were cut off for a while.
LOOK_BACK_DAYS = 7


def note() -> int:
    """Write down when people who agreed were last seen; return for how many that is new."""
    return keep_last_seen(days=LOOK_BACK_DAYS)


def agreements(contact_ids: Sequence[int]) -> Mapping[int, Agreed]:
    """Return what contacts agreed to; for tracking, which lets the rest go."""
    people = Contact.objects.filter(pk__in=contact_ids).only("measuring", "measuring_clicks")
    said = {contact.pk: consent.answers(contact) for contact in people}
    return {
        pk: Agreed(
            opens=answers[Purpose.OPENS] == Consent.GRANTED,
            clicks=answers[Purpose.CLICKS] == Consent.GRANTED,
        )
        for pk, answers in said.items()
    }
