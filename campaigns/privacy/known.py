"""Everything that all rooms keep about one person, as the page and the file both say it.

A row is what is kept, by the name of its column; a test holds the names against the models,
so that a new column is shown here or is said there to be none of a person's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.audience import people, suppression
from campaigns.audience.models import Change, ConsentEntry, Contact, SignUp, Tagging, Unsubscription
from campaigns.audience.sign_ups import signing_up
from campaigns.composing import previewing, writing
from campaigns.composing.merge_tags import MergeTagError
from campaigns.composing.models import Campaign, Revision
from campaigns.composing.slots import Person
from campaigns.privacy import aside, by_file, one_row, wording
from campaigns.privacy.one_row import Row
from campaigns.sending.models import Delivery, InboxMail, ProviderEvent
from tracking.models import Engagement, Event, Link, LinkClicker


@dataclass(frozen=True)
class Section:
    """One kind of thing that is kept."""

    name: str
    title: str | Promise
    rows: list[Row]


def about(contact: Contact) -> list[Section]:
    """Return all that is kept about a person, kind by kind."""
    titles = _campaign_titles(contact)
    return [
        Section(name, title, [_named(row, titles) for row in rows(contact)])
        for name, (title, rows) in SECTIONS.items()
    ]


def counts(contact: Contact) -> list[tuple[str | Promise, int]]:
    """Return how much there is of each kind, which is about nobody by itself."""
    return [(section.title, len(section.rows)) for section in about(contact)]


# The columns that a person is shown, of each model; what is left out is in the test.
OF_CONTACT = (
    *("email", "first_name", "last_name", "language", "country", "time_zone", "learned_zone"),
    *("fields", "measuring", "measuring_clicks", "last_seen_on", "paused_until"),
    *("created_at", "updated_at"),
)
OF_DELIVERY = (
    *("campaign_id", "address", "mode", "click_mode", "state", "attempt", "first_tried_at"),
    *("done_at", "code", "enhanced_code", "reason", "delivered_at", "soft_bounced_at"),
    *("hard_bounced_at", "complained_at", "blocked_at", "message_id"),
)
OF_EVENT = (
    *("at", "campaign_id", "kind", "number", "verdict", "reason", "rules", "country", "region"),
    *("city", "device", "os", "client", "language", "time_zone", "family", "network", "flags"),
    *("age", "beside"),
)
OF_ENGAGEMENT = (
    *("campaign_id", "opens_sure", "opens_uncertain", "opens_machine", "clicks_sure"),
    *("clicks_uncertain", "clicks_machine", "first_open_at", "first_click_at", "last_at"),
    *("latest_at", "country", "region", "city", "device", "os", "client", "language"),
)


def _profile(contact: Contact) -> Iterable[Row]:
    yield one_row.of(contact, OF_CONTACT)


def _lists(contact: Contact) -> Iterable[Row]:
    columns = ("status", "basis", "basis_note", "subscribed_at", "unsubscribed_at")
    for row in contact.subscriptions.select_related("list").order_by("pk"):
        yield {"list": row.list.name, **one_row.of(row, columns)}


def _notes(contact: Contact) -> Iterable[Row]:
    return (one_row.of(row, ("text", "at")) for row in contact.notes.order_by("pk"))


def _changes(contact: Contact) -> Iterable[Row]:
    rows = Change.objects.filter(contact=contact, workspace=contact.workspace_id).order_by("pk")
    return (one_row.of(row, ("at", "what", "details", "source")) for row in rows)


def _tags(contact: Contact) -> Iterable[Row]:
    for row in Tagging.objects.filter(contact=contact).select_related("tag").order_by("pk"):
        yield {"tag": row.tag.name, "at": row.at}


def _former(contact: Contact) -> Iterable[Row]:
    return ({"email": had.email, "at": had.at} for had in people.former([contact.pk]))


def _sign_ups(contact: Contact) -> Iterable[Row]:
    columns = ("asked_at", "email", "first_name", "last_name", "language", "fields", "mailed_at")
    mine = SignUp.objects.of_addresses(contact.workspace_id, sorted(aside.keys(contact)))
    for row in mine.select_related("form__list", "notice", "measuring_notice").order_by("pk"):
        ends = (row.asked_at + signing_up.KEPT).date()
        measuring = row.measuring_notice.text if row.measuring_notice else ""
        more: Row = {"notice": row.notice.text, "measuring_notice": measuring}
        more |= {"confirmed_at": row.confirmed_at, "deleted_on": ends}
        yield {"list": row.form.list.name, **one_row.of(row, columns), **more}


def _answers(contact: Contact) -> Iterable[Row]:
    mine = ConsentEntry.objects.filter(contact=contact).select_related("notice").order_by("pk")
    for row in mine:
        notice = {}
        if row.notice is not None:
            notice = {
                "notice_version": row.notice.version,
                "notice": row.notice.text,
                "notice_sha256": row.notice.sha256,
            }
        yield one_row.of(row, ("at", "said_at", "purpose", "state", "source", "evidence")) | notice


def _leavings(contact: Contact) -> Iterable[Row]:
    rows = Unsubscription.objects.filter(contact=contact).select_related("list").order_by("pk")
    for row in rows:
        name = row.list.name if row.list else ""
        yield {"list": name, **one_row.of(row, ("at", "source", "why", "campaign_id", "undone_at"))}


def _stops(contact: Contact) -> Iterable[Row]:
    columns = ("at", "reason", "source", "note", "campaign_id")
    for email in (contact.email, *(had.email for had in people.former([contact.pk]))):
        for found in suppression.reasons(contact.workspace_id, email):
            yield {"email": email, **one_row.of(found, columns)}


def _mails(contact: Contact) -> Iterable[Row]:
    return (one_row.of(row, OF_DELIVERY) for row in _deliveries(contact).order_by("pk"))


def _told(contact: Contact) -> Iterable[Row]:
    rows = ProviderEvent.objects.filter(delivery__in=_deliveries(contact)).order_by("pk")
    columns = ("at", "provider", "kind", "severity", "reject_reason", "description", "received_at")
    return (one_row.of(row, columns) for row in rows)


def _inbox(contact: Contact) -> Iterable[Row]:
    """Yield the copies of mails to them; of tests that others got with it, nobody else."""
    mails = InboxMail.objects.filter(workspace=contact.workspace_id)
    by_number = mails.filter(delivery_uuid__in=_deliveries(contact).values("uuid"))
    by_address = mails.addressed_to(contact.workspace_id, sorted(aside.emails(contact)))
    columns = ("received_at", "from_address", "to_address", "subject", "size")
    for row in (by_number | by_address).defer("content").order_by("pk"):
        yield {**one_row.of(row, columns), "to_address": aside.own(contact, row.to_address)}


def _hits(contact: Contact) -> Iterable[Row]:
    rows = list(Event.objects.filter(contact_id=contact.pk).order_by("-at"))
    urls = _urls((row.campaign_id, row.number) for row in rows)
    kept_for = timedelta(days=settings.EVENT_RETENTION_DAYS)
    for row in rows:
        yield {
            **one_row.of(row, OF_EVENT),
            "url": urls.get((row.campaign_id, row.number), ""),
            "deleted_on": (row.at + kept_for).date(),
        }


def _deeds(contact: Contact) -> Iterable[Row]:
    kept_for = timedelta(days=settings.EVENT_RETENTION_DAYS)
    for row in Engagement.objects.filter(contact_id=contact.pk).order_by("pk"):
        ends = (row.latest_at + kept_for).date() if row.latest_at else None
        yield {**one_row.of(row, OF_ENGAGEMENT), "deleted_on": ends}


def _links(contact: Contact) -> Iterable[Row]:
    ids = _deliveries(contact).values_list("pk", flat=True)
    rows = list(LinkClicker.objects.filter(delivery_id__in=list(ids)).order_by("pk"))
    urls = _urls((row.campaign_id, row.number) for row in rows)
    for row in rows:
        url = urls.get((row.campaign_id, row.number), "")
        yield {"campaign_id": row.campaign_id, "number": row.number, "url": url}


SECTIONS: Mapping[str, tuple[str | Promise, Callable[[Contact], Iterable[Row]]]] = {
    "profile": (_("Who you are"), _profile),
    "former": (_("Addresses you had before"), _former),
    "alike": (_("Contacts that may be you, too; whose they are is not shown"), aside.alike),
    "tags": (_("Words that were put on you"), _tags),
    "notes": (_("What members noted about you"), _notes),
    "changes": (_("What was changed about you"), _changes),
    "chosen": (_("Changes of many people that you were chosen for"), aside.chosen),
    "befores": (_("What was known of you before a file changed it"), by_file.befores),
    "left_out": (_("Lines about you that a file’s import left out"), by_file.left_out),
    "lists": (_("Lists you are on, or were"), _lists),
    "sign_ups": (_("Forms you filled in"), _sign_ups),
    "answers": (_("What you agreed to, and what not"), _answers),
    "leavings": (_("When you unsubscribed"), _leavings),
    "spared": (_("Where you stay, though you did not answer whether you want to"), aside.spared),
    "stops": (_("Why nothing is mailed to you"), _stops),
    "mails": (_("Mails to you"), _mails),
    "parts": (_("Which parts of mails were for you"), aside.parts),
    "told": (_("What mail services told about them"), _told),
    "returned": (_("What came back about them"), aside.returned),
    "inbox": (_("Copies in the local inbox"), _inbox),
    "test_groups": (_("Groups that get tests of mails"), aside.test_groups),
    "hits": (_("Each open and click"), _hits),
    "deeds": (_("What you did with each mail, added up"), _deeds),
    "links": (_("Links you followed"), _links),
}


def _deliveries(contact: Contact) -> QuerySet[Delivery]:
    return Delivery.objects.all().of(contact)


def _urls(pairs: Iterable[tuple[int, int | None]]) -> dict[tuple[int, int | None], str]:
    wanted = {campaign_id for campaign_id, _number in pairs}
    rows = Link.objects.filter(campaign_id__in=wanted)
    return {(row.campaign_id, row.number): row.url for row in rows}


def _campaign_titles(contact: Contact) -> Mapping[int, str]:
    """Return subjects, as readers know them; the name of a campaign is its makers'."""
    rows = Campaign.objects.filter(workspace=contact.workspace_id, deliveries__contact=contact)
    person = previewing.person_of(Revision(), contact)
    return {pk: _filled(subject, person) for pk, subject in rows.values_list("pk", "subject")}


def _filled(subject: str, person: Person) -> str:
    """Return a subject with what is known now; as it was written where that does not fit."""
    try:
        return writing.line(subject).fill(person)
    except MergeTagError:
        return subject


def _named(row: Row, titles: Mapping[int, str]) -> Row:
    """Say of which mail a row is, and in words what was a sign."""
    found = dict(row)
    if "campaign_id" in found:
        found["mail"] = titles.get(found.pop("campaign_id"), "")
    return wording.explained(found)
