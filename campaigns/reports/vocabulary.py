"""What a file calls things: the words of its cells, in the reader's language, as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.audience import addresses
from campaigns.composing.models import Campaign
from campaigns.reports import breakdowns, places, reasons, verdicts
from campaigns.reports.querysets import recipients
from campaigns.reports.recipients import Outcome
from campaigns.sending.models import Delivery

KINDS: dict[str, str | Promise] = {"open": _("Open"), "click": _("Click")}


def of(campaign: Campaign) -> dict[str, str]:
    """Return the words that `querysets` ask for by name, and the zone of all times."""
    words: dict[str, Mapping[str, object]] = {
        "states": {state.value: state.label for state in Delivery.State},
        "modes": {mode.value: mode.label for mode in Delivery.Mode},
        "outcomes": {outcome.value: outcome.label for outcome in Outcome},
        "kinds": KINDS,
        "verdicts": {verdict.name: verdict.title for verdict in verdicts.VERDICTS},
        "reasons": reasons.WORDS,
        "countries": {"": "", **places.names()},
        "languages": {"": "", **places.languages()},
        "devices": breakdowns.DEVICES,
        "domains": {
            domain: addresses.readable(f"@{domain}").removeprefix("@")
            for domain in recipients.foreign_domains(campaign.pk)
        },
    }
    found = {
        name: json.dumps({value: str(said) for value, said in those.items()}, ensure_ascii=False)
        for name, those in words.items()
    }
    return found | {"zone": campaign.workspace.time_zone}
