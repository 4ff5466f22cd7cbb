"""The story of a contact: mails, opens, clicks, leaving, and what they agreed to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby, islice

from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from campaigns.accounts import paging
from campaigns.accounts.keyset import Key
from campaigns.accounts.paging import TablePage
from campaigns.audience import suppression
from campaigns.audience.imports import arriving
from campaigns.audience.models import (
    Consent,
    ConsentEntry,
    Contact,
    Note,
    Purpose,
    Tagging,
    Unsubscription,
)
from campaigns.composing.models import Campaign
from campaigns.reports import alterations, places, reasons, verdicts
from campaigns.reports.moments import CHANGES, LISTS, MAILS, READING, Moment
from campaigns.reports.querysets import events, firsts
from campaigns.reports.querysets.events import ContactEvent
from campaigns.sending.models import Delivery

# More of one kind than this is never read; paging goes through what is found.
LONGEST = 1000
PER_PAGE = 25

SAID = {
    Consent.GRANTED: ("circle-check", gettext_lazy("Agreed to be measured")),
    Consent.REFUSED: ("hand-stop", gettext_lazy("Refused to be measured")),
    Consent.WITHDRAWN: ("hand-stop", gettext_lazy("Took back the consent to be measured")),
    Consent.UNKNOWN: ("help-circle", gettext_lazy("Has not been asked about measuring")),
}
# Why nothing is known of what happened to a mail after it was sent.
UNSEEN = {
    Delivery.Mode.NONE: gettext_lazy(
        "Nothing is recorded about this mail: they said no, or it was sent without tracking."
    ),
    Delivery.Mode.AGGREGATE: gettext_lazy(
        "Counted in totals only: they had not agreed when it was sent, or it kept nothing more."
    ),
}
DID = {
    ("open", "sure"): ("mail-opened", gettext_lazy("Opened")),
    ("open", "uncertain"): ("mail-opened", gettext_lazy("Perhaps opened")),
    ("open", "machine"): ("robot", gettext_lazy("A machine loaded the images of")),
    ("click", "sure"): ("click", gettext_lazy("Clicked a link in")),
    ("click", "uncertain"): ("click", gettext_lazy("Perhaps clicked a link in")),
    ("click", "machine"): ("robot", gettext_lazy("A machine followed a link in")),
}


def of(contact: Contact, show: str = "") -> list[Moment]:
    """Return what is known of a contact, or one kind of it, the newest first."""
    sources: dict[str, Sequence[Callable[[Contact], Iterable[Moment]]]] = {
        MAILS: (_mails, _stops),
        READING: (_hits, _firsts),
        LISTS: (_arrivals, _joinings, _leavings, _answers, _tags, _notes),
        CHANGES: (alterations.of,),
    }
    chosen = [sources[show]] if show in sources else list(sources.values())
    moments = [moment for group in chosen for source in group for moment in source(contact)]
    return sorted(moments, key=lambda moment: moment.at, reverse=True)


def page(contact: Contact, show: str, at: str) -> TablePage[Moment]:
    """Return the page of the story that the key `at` leads to.

    A moment stands by its time, and by how many of the same time come before it.
    """
    rows: list[tuple[datetime, int, Moment]] = []
    for _at, together in groupby(of(contact, show), key=lambda moment: moment.at):
        rows += [(moment.at, number, moment) for number, moment in enumerate(together)]

    def fetch(key: Key | None, length: int) -> Sequence[tuple[datetime, int, Moment]]:
        if key is None:
            return rows[:length]
        then, number = datetime.fromisoformat(str(key.place)), key.id
        if key.backwards:
            newer = [row for row in rows if row[0] > then or (row[0] == then and row[1] < number)]
            return newer[: -length - 1 : -1]
        older = (row for row in rows if row[0] < then or (row[0] == then and row[1] > number))
        return list(islice(older, length))

    def count(most: int) -> int:
        return min(len(rows), most)

    return paging.page(fetch, count, cast="timestamptz", at=at, length=PER_PAGE)


def _mails(contact: Contact) -> Iterator[Moment]:
    rows = Delivery.objects.all().of(contact)
    for row in rows.select_related("campaign").order_by("-pk")[:LONGEST]:
        campaign = row.campaign
        if row.complained_at:
            yield Moment(row.complained_at, "flag", _("Reported as spam"), campaign)
        if row.hard_bounced_at:
            yield Moment(row.hard_bounced_at, "mail-x", _("The mail came back"), campaign)
        if row.soft_bounced_at:
            text = _("The mail came back for now")
            yield Moment(row.soft_bounced_at, "mail-x", text, campaign)
        if row.delivered_at:
            text = _("Their server said it has the mail")
            yield Moment(row.delivered_at, "checks", text, campaign)
        if row.done_at is None:
            continue
        if row.state == Delivery.State.SENT:
            unseen = str(UNSEEN.get(Delivery.Mode(row.mode), ""))
            yield Moment(row.done_at, "send", _("Was sent"), campaign, unseen)
        else:
            yield Moment(row.done_at, "mail-off", row.get_state_display(), campaign, row.reason)


def _stops(contact: Contact) -> Iterator[Moment]:
    for found in suppression.reasons(contact.workspace_id, contact.email):
        text = _("Is mailed nothing any more")
        yield Moment(found.at, "ban", text, detail=str(found.get_reason_display()))


def _arrivals(contact: Contact) -> Iterator[Moment]:
    origin = arriving.origin(contact)
    text = _("Was added to the contacts")
    detail = _("By the import of “%(file)s”") % {"file": origin.filename} if origin else ""
    yield Moment(contact.created_at, "user-plus", text, detail=detail, group=LISTS)
    for one in arriving.changes(contact)[:LONGEST]:
        if one.merged_at:
            text = _("Was changed by the import of “%(file)s”") % {"file": one.filename}
            yield Moment(one.merged_at, "file-import", text, group=LISTS)


def _joinings(contact: Contact) -> Iterator[Moment]:
    for row in contact.subscriptions.select_related("list").order_by("-pk")[:LONGEST]:
        text = _("Joined %(list)s") % {"list": row.list.name}
        basis = " · ".join(part for part in (str(row.get_basis_display()), row.basis_note) if part)
        yield Moment(row.subscribed_at, "login", text, detail=basis, group=LISTS)


def _tags(contact: Contact) -> Iterator[Moment]:
    told = set()
    for which, moment in alterations.tags(contact):
        told.add(which)
        yield moment
    rows = Tagging.objects.filter(contact=contact, workspace=contact.workspace_id)
    for row in rows.select_related("tag").order_by("-pk")[:LONGEST]:
        if (row.tag_id, row.at) not in told:
            text = _("Was tagged “%(tag)s”") % {"tag": row.tag.name}
            yield Moment(row.at, "tag", text, group=LISTS)


def _notes(contact: Contact) -> Iterator[Moment]:
    rows = Note.objects.filter(contact=contact, workspace=contact.workspace_id)
    for row in rows.select_related("author").order_by("-pk")[:LONGEST]:
        by = str(row.author) if row.author else ""
        yield Moment(row.at, "writing", _("A member wrote a note"), detail=by, group=LISTS)


def _leavings(contact: Contact) -> Iterator[Moment]:
    rows = Unsubscription.objects.filter(contact=contact, workspace=contact.workspace_id)
    found = list(rows.select_related("list").order_by("-pk")[:LONGEST])
    campaigns = _campaigns(contact, (row.campaign_id for row in found))
    for row in found:
        name = row.list.name if row.list else _("a list that is gone")
        text = _("Left %(list)s") % {"list": name}
        campaign = campaigns.get(row.campaign_id or 0)
        how = str(row.get_source_display())
        yield Moment(row.at, "logout", text, campaign, how, group=LISTS)
        if row.undone_at:
            back = _("Came back to %(list)s") % {"list": name}
            yield Moment(row.undone_at, "login", back, group=LISTS)


def _answers(contact: Contact) -> Iterator[Moment]:
    """What they said about measuring; lists that they joined and left stand for themselves."""
    rows = ConsentEntry.objects.filter(contact=contact, workspace=contact.workspace_id)
    rows = rows.exclude(purpose=Purpose.MAIL)
    for row in rows.order_by("-pk")[:LONGEST]:
        icon, text = SAID[Consent(row.state)]
        how = str(row.get_source_display())
        yield Moment(row.said_at or row.at, icon, text, detail=how, group=LISTS)


def _hits(contact: Contact) -> Iterator[Moment]:
    rows = events.of_contact(contact.pk, contact.workspace_id, LONGEST)
    campaigns = _campaigns(contact, (row.campaign_id for row in rows))
    for (campaign_id, kind, counts_as), group in groupby(rows, key=_likeness):
        found = list(group)
        icon, text = DID[kind, counts_as]
        campaign = campaigns.get(campaign_id)
        # A machine follows every link at once: that is one thing that happened.
        if counts_as == "machine" and len(found) > 1:
            times = ngettext("%(n)s time", "%(n)s times", len(found)) % {"n": len(found)}
            yield _hit(found[-1], icon, text, campaign, times)
            continue
        for row in found:
            yield _hit(row, icon, text, campaign, _detail(row))


def _hit(
    row: ContactEvent, icon: str, text: str | Promise, campaign: Campaign | None, detail: str
) -> Moment:
    verdict = verdicts.of(row.verdict)
    return Moment(
        at=row.at,
        icon=icon,
        text=text,
        campaign=campaign,
        detail=detail,
        group=READING,
        verdict=verdict.title,
        why=reasons.words(row.reason),
    )


def _firsts(contact: Contact) -> Iterator[Moment]:
    """What stays of campaigns whose single opens and clicks are past their time."""
    kept_since = timezone.now() - timedelta(days=settings.EVENT_RETENTION_DAYS)
    rows = firsts.of_contact(contact.pk, contact.workspace_id, LONGEST)
    campaigns = _campaigns(contact, (row.campaign_id for row in rows))
    for row in rows:
        campaign = campaigns.get(row.campaign_id)
        for at, icon, text in (
            (row.first_open_at, "mail-opened", _("Opened for the first time")),
            (row.first_click_at, "click", _("First clicked a link in")),
        ):
            if at and at < kept_since:
                yield Moment(at, icon, text, campaign, group=READING)


def _likeness(row: ContactEvent) -> tuple[int, str, str]:
    return row.campaign_id, row.kind, verdicts.of(row.verdict).counts_as


def _detail(row: ContactEvent) -> str:
    place = places.whole(row.city, row.region, row.country)
    return " · ".join(part for part in (row.url or "", row.client, place) if part)


def _campaigns(contact: Contact, ids: Iterable[int | None]) -> dict[int, Campaign]:
    wanted = {pk for pk in ids if pk is not None}
    return Campaign.objects.filter(workspace=contact.workspace_id).in_bulk(wanted)
