"""Forty people of every sort for segments to find, and what is true of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.utils import timezone

from campaigns.accounts.models import Workspace
from campaigns.audience import list_bits_querysets, suppression
from campaigns.audience.models import (
    Consent,
    ConsentEntry,
    Contact,
    Field,
    Import,
    List,
    Purpose,
    Subscription,
    Suppression,
    Tag,
    Tagging,
)
from campaigns.audience.segments import compiling
from campaigns.composing.models import Campaign
from campaigns.sending.models import Delivery
from campaigns.sending.querysets import digests
from tests import world
from tests.sending import stage
from tests.sending.segments.truth import Mail, Person, Setting
from tracking.models import Engagement, LinkClicker

PEOPLE, CAMPAIGNS, LISTS = 40, 4, 3
COLOURS = ["red", "green", "blue"]
ODD = {0: "role", 1: "mistyped", 2: "disposable"}
ADDRESSES = {
    "": "p{number}@{domain}",
    "role": "info@p{number}.{domain}",
    "mistyped": "p{number}@gmial.com",
    "disposable": "p{number}@mailinator.com",
}
NAMES = ["", "Ann", "ann", "Bob", "Zoë", "50%", "_x", "a\\b", "O'Neil"]


class Town:
    """Forty people of every sort, with the rows of each, and what is true of them."""

    def __init__(self, workspace: Workspace, *, over: bool = False) -> None:
        """With `over`, the campaigns are over and in bits: all mails of one went out together."""
        self.workspace, self._random, self._over = workspace, Random(11), over
        self.lists = [world.make_list(workspace).pk for _ in range(LISTS)]
        now = timezone.now()
        # From before their first mail was sent until after their last one.
        spans = ((6, 4), (7, 4), (201, 199), (202, 199)) if over else ((201, 0),) * CAMPAIGNS
        self.campaigns = [
            world.make_campaign(
                workspace,
                status=Campaign.Status.SENT,
                launched_at=now - timedelta(days=begun, minutes=number),
                finished_at=now - timedelta(days=done),
            )
            for number, (begun, done) in enumerate(spans)
        ]
        self.fields = {kind: self._field(kind) for kind in Field.Kind.values}
        self.tags = [
            Tag.objects.create(workspace=workspace, name=name).pk for name in ("vip", "press")
        ]
        self.today = compiling.asking(workspace).today
        self.imports = [
            self._import(list_id, days) for list_id, days in zip(self.lists, (2, 30), strict=False)
        ]
        self.people = dict(self._person(number) for number in range(PEOPLE))
        if over:
            list_bits_querysets.renew()
            assert all(digests.make(campaign.pk) for campaign in self.campaigns)
        # Neighbours, with all that ours have.
        other = world.make_workspace()
        world.make_contact(other, on=world.make_list(other), country="CL", measuring="granted")

    def setting(self) -> Setting:
        keys = {pk: f"a_{kind}" for kind, pk in self.fields.items()}
        return Setting(self.today, [campaign.pk for campaign in self.campaigns], keys)

    def _field(self, kind: str) -> int:
        made = Field.objects.create(
            workspace=self.workspace, key=f"a_{kind}", label=kind, kind=kind, choices=COLOURS
        )
        return made.pk

    def _import(self, list_id: int, days: int) -> Import:
        return Import.objects.create(
            workspace=self.workspace,
            list=List.objects.get(pk=list_id),
            status=Import.Status.DONE,
            merged_at=timezone.now() - timedelta(days=days),
        )

    def _ago(self, days: int) -> datetime:
        """Noon of the day so many days ago."""
        asking = compiling.asking(self.workspace)
        return asking.start_of(asking.days_ago(days)) + timedelta(hours=12)

    def _own(self) -> dict[str, Any]:
        days = [(self.today + timedelta(days=n)).isoformat() for n in (-400, -30, -3, 0, 2, 5)]
        values: dict[str, list[Any]] = {
            "text": NAMES[1:],
            "number": [-1, 0, 2, 2.5, 10],
            "date": [*days, "2000-02-29"],
            "yes_no": [True, False],
            "choice": COLOURS,
        }
        return {
            f"a_{kind}": self._random.choice(choice)
            for kind, choice in values.items()
            if self._random.random() < 0.7
        }

    def _person(self, number: int) -> tuple[int, Person]:
        pick = self._random.choice
        days = pick([0, 1, 29, 30, 31, 400])
        odd = ODD.get(number % 7, "")
        person = Person(
            email=ADDRESSES[odd].format(number=number, domain=pick(["a.example", "b.example"])),
            odd=odd,
            first_name=pick(NAMES),
            country=pick(["", "CL", "PE"]),
            language=pick(["", "es", "nl"]),
            added=self.today - timedelta(days=days),
            agreed=pick([True, False]),
            suppressed=pick([True, False, False]),
            fields=self._own(),
            tags={pk for pk in self.tags if pick([True, False])},
        )
        contact = world.make_contact(
            self.workspace,
            email=person.email,
            first_name=person.first_name,
            country=person.country,
            language=person.language,
            measuring="granted" if person.agreed else "unknown",
            consent_epoch=pick([0, 1]),
            fields=person.fields,
        )
        for pk in person.tags:
            Tagging.objects.create(workspace=self.workspace, tag_id=pk, contact=contact)
        noon = compiling.asking(self.workspace).start_of(person.added) + timedelta(hours=12)
        if came_by := pick([None, None, *self.imports]):
            noon, person.came_by = came_by.merged_at or noon, came_by.pk
            person.added = timezone.localdate(noon, compiling.asking(self.workspace).zone)
        self._say(contact, person)
        seen_on = None if person.seen is None else self.today - timedelta(days=person.seen)
        Contact.objects.filter(pk=contact.pk).update(created_at=noon, last_seen_on=seen_on)
        if person.suppressed:
            reason = Suppression.Reason.MANUAL
            suppression.suppress(self.workspace.pk, [contact.fingerprint], reason)
        for pk in self.lists:
            if state := pick(["", "subscribed", "unsubscribed"]):
                person.lists[pk] = state
                ended = timezone.now() if state == "unsubscribed" else None
                person.joined[pk] = pick([3, 100, 500])
                row = Subscription.objects.create(
                    workspace=self.workspace,
                    list_id=pk,
                    contact=contact,
                    status=state,
                    unsubscribed_at=ended,
                )
                self._put_on_list(person, row)
        for campaign in self.campaigns:
            if pick([True, True, False]):
                person.mails.append(self._mail(contact, campaign))
        return contact.pk, person

    def _say(self, contact: Contact, person: Person) -> None:
        """Fill in what the person said about being measured and about staying, and when seen."""
        pick = self._random.choice
        facts = {"workspace": self.workspace, "contact": contact, "state": Consent.GRANTED}
        if person.agreed:
            person.seen, person.agreed_for = pick([None, 3, 31, 200]), pick([50, 600])
            ConsentEntry.objects.create(
                **facts, source="preferences", at=self._ago(person.agreed_for)
            )
        for source in ("page", "import"):
            if days := pick([0, 10, 250]):
                ConsentEntry.objects.create(
                    **facts, source=source, purpose=Purpose.MAIL, at=self._ago(days)
                )
                # What a file says of them is not their own word.
                person.stays_since = days if source == "page" else person.stays_since

    def _put_on_list(self, person: Person, row: Subscription) -> None:
        by = self._random.choice([None, *self.imports])
        if by is None:
            at = self._ago(person.joined[row.list_id])
            Subscription.objects.filter(pk=row.pk).update(subscribed_at=at)
            return
        person.joined[row.list_id] = 2 if by == self.imports[0] else 30
        # One import's moment on another's list is not its doing.
        Subscription.objects.filter(pk=row.pk).update(subscribed_at=by.merged_at)
        if by.list_id == row.list_id:
            person.listed_by.add(by.pk)

    def _mail(self, contact: Contact, campaign: Campaign) -> Mail:
        pick = self._random.choice
        mail = Mail(
            campaign.pk,
            measured=pick([True, True, False]),
            old=campaign in self.campaigns[2:] if self._over else pick([False, False, True]),
            withdrawn=contact.consent_epoch == 1 and pick([False, True]),
            bounced=pick([False, False, False, True]),
        )
        if mail.measured and not mail.withdrawn:
            mail.opened, mail.clicked = pick(["", "sure", "perhaps"]), pick(["", "sure", "perhaps"])
            mail.link = pick([1, 2]) if mail.clicked == "sure" else 0
            if mail.opened == "sure" or mail.clicked == "sure":
                mail.country, mail.device = pick(["", "CL", "NL"]), pick(["mobile", "tablet"])
        delivery = stage.make_delivery(
            campaign,
            contact,
            state=Delivery.State.SENT,
            mode="individual" if mail.measured else "aggregate",
            consent_epoch=contact.consent_epoch - mail.withdrawn,
            sending_at=self._ago(mail.age),
            done_at=self._ago(mail.age),
            hard_bounced_at=timezone.now() if mail.bounced else None,
        )
        if mail.opened or mail.clicked:
            Engagement.objects.create(
                workspace_id=self.workspace.pk,
                campaign_id=campaign.pk,
                delivery_id=delivery.pk,
                contact_id=contact.pk,
                opens_sure=mail.opened == "sure",
                opens_uncertain=mail.opened == "perhaps",
                clicks_sure=mail.clicked == "sure",
                clicks_uncertain=mail.clicked == "perhaps",
                first_open_at=self._ago(mail.age) if mail.opened == "sure" else None,
                first_click_at=self._ago(mail.age) if mail.clicked == "sure" else None,
                latest_at=self._ago(mail.age),
                country=mail.country,
                device=mail.device,
            )
        if mail.link:
            LinkClicker.objects.create(
                campaign_id=campaign.pk, number=mail.link, delivery_id=delivery.pk
            )
        return mail
