"""The story of a contact: mails, opens, clicks, leaving, and what they agreed to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from campaigns.audience.models import Consent, ConsentEntry, Contact, Unsubscription
from campaigns.composing.models import Campaign
from campaigns.reports import places, verdicts
from campaigns.reports.querysets import events
from campaigns.reports.querysets.events import ContactEvent
from campaigns.sending.models import Delivery

LONGEST = 200

SAID = {
    Consent.GRANTED: ("circle-check", gettext_lazy("Agreed to be measured")),
    Consent.REFUSED: ("hand-stop", gettext_lazy("Refused to be measured")),
    Consent.WITHDRAWN: ("hand-stop", gettext_lazy("Took back the consent to be measured")),
    Consent.UNKNOWN: ("help-circle", gettext_lazy("Has not been asked about measuring")),
}
DID = {
    ("open", "sure"): ("mail-opened", gettext_lazy("Opened")),
    ("open", "uncertain"): ("mail-opened", gettext_lazy("Perhaps opened")),
    ("open", "machine"): ("robot", gettext_lazy("A machine loaded the images of")),
    ("click", "sure"): ("click", gettext_lazy("Clicked a link in")),
    ("click", "uncertain"): ("click", gettext_lazy("Perhaps clicked a link in")),
    ("click", "machine"): ("robot", gettext_lazy("A machine followed a link in")),
}


@dataclass(frozen=True)
class Moment:
    """Something that happened, in words."""

    at: datetime
    icon: str
    text: str | Promise
    campaign: Campaign | None = None
    # A second line: a link's address, a reason, a place.
    detail: str = ""


def of(contact: Contact) -> list[Moment]:
    """Return what is known of a contact, the newest first."""
    moments = [*_mails(contact), *_leavings(contact), *_answers(contact), *_hits(contact)]
    return sorted(moments, key=lambda moment: moment.at, reverse=True)[:LONGEST]


def _mails(contact: Contact) -> Iterator[Moment]:
    rows = Delivery.objects.filter(contact=contact, workspace=contact.workspace_id)
    for row in rows.select_related("campaign").order_by("-pk")[:LONGEST]:
        campaign = row.campaign
        if row.complained_at:
            yield Moment(row.complained_at, "flag", _("Reported as spam"), campaign)
        if row.hard_bounced_at:
            yield Moment(row.hard_bounced_at, "mail-x", _("The mail came back"), campaign)
        if row.done_at is None:
            continue
        if row.state == Delivery.State.SENT:
            yield Moment(row.done_at, "send", _("Was sent"), campaign)
        else:
            yield Moment(row.done_at, "mail-off", row.get_state_display(), campaign, row.reason)


def _leavings(contact: Contact) -> Iterator[Moment]:
    rows = Unsubscription.objects.filter(contact=contact, workspace=contact.workspace_id)
    found = list(rows.select_related("list").order_by("-pk")[:LONGEST])
    campaigns = _campaigns(contact, (row.campaign_id for row in found))
    for row in found:
        name = row.list.name if row.list else _("a list that is gone")
        text = _("Left %(list)s") % {"list": name}
        campaign = campaigns.get(row.campaign_id or 0)
        yield Moment(row.at, "logout", text, campaign, str(row.get_source_display()))
        if row.undone_at:
            yield Moment(row.undone_at, "login", _("Came back to %(list)s") % {"list": name})


def _answers(contact: Contact) -> Iterator[Moment]:
    rows = ConsentEntry.objects.filter(contact=contact, workspace=contact.workspace_id)
    for row in rows.order_by("-pk")[:LONGEST]:
        icon, text = SAID[Consent(row.state)]
        yield Moment(row.said_at or row.at, icon, text, detail=str(row.get_source_display()))


def _hits(contact: Contact) -> Iterator[Moment]:
    rows = events.of_contact(contact.pk, contact.workspace_id, LONGEST)
    campaigns = _campaigns(contact, (row.campaign_id for row in rows))
    for (campaign_id, kind, counts_as), group in groupby(rows, key=_likeness):
        found = list(group)
        icon, text = DID[kind, counts_as]
        # A machine follows every link at once: that is one thing that happened.
        if counts_as == "machine" and len(found) > 1:
            times = ngettext("%(n)s time", "%(n)s times", len(found)) % {"n": len(found)}
            yield Moment(found[-1].at, icon, text, campaigns.get(campaign_id), times)
            continue
        for row in found:
            yield Moment(row.at, icon, text, campaigns.get(campaign_id), _detail(row))


def _likeness(row: ContactEvent) -> tuple[int, str, str]:
    return row.campaign_id, row.kind, verdicts.of(row.verdict).counts_as


def _detail(row: ContactEvent) -> str:
    place = places.name(row.country) if row.country else ""
    return " · ".join(part for part in (row.url or "", row.client, place) if part)


def _campaigns(contact: Contact, ids: Iterable[int | None]) -> dict[int, Campaign]:
    wanted = {pk for pk in ids if pk is not None}
    return Campaign.objects.filter(workspace=contact.workspace_id).in_bulk(wanted)
