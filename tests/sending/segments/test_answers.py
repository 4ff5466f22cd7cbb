"""The compiler finds whom a slow evaluator in Python finds, for whatever may be asked."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.accounts.models import Workspace
from campaigns.audience import suppression
from campaigns.audience.models import Contact, Field, Subscription, Suppression, Tag, Tagging
from campaigns.audience.segments import compiling
from campaigns.composing.models import Campaign
from campaigns.sending.models import Delivery
from tests import world
from tests.sending import stage
from tests.sending.segments.truth import Mail, Person, Setting, answer
from tracking.models import Engagement, LinkClicker

pytestmark = pytest.mark.django_db
PEOPLE, CAMPAIGNS, LISTS = 40, 4, 3
COLOURS = ["red", "green", "blue"]
NAMES = ["", "Ann", "ann", "Bob", "Zoë", "50%", "_x", "a\\b", "O'Neil"]


@pytest.fixture
def town(workspace: Workspace) -> Town:
    return Town(workspace)


class Town:
    """Forty people of every sort, with the rows of each, and what is true of them."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace, self._random = workspace, Random(11)
        self.lists = [world.make_list(workspace).pk for _ in range(LISTS)]
        now = timezone.now()
        self.campaigns = [
            world.make_campaign(
                workspace, status=Campaign.Status.SENT, launched_at=now - timedelta(days=days)
            )
            for days in range(CAMPAIGNS)
        ]
        self.fields = {kind: self._field(kind) for kind in Field.Kind.values}
        self.tags = [
            Tag.objects.create(workspace=workspace, name=name).pk for name in ("vip", "press")
        ]
        self.today = compiling.asking(workspace).today
        self.people = dict(self._person(number) for number in range(PEOPLE))
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
        person = Person(
            email=f"p{number}@{pick(['a.example', 'b.example'])}",
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
            consent_epoch=1,
            fields=person.fields,
        )
        for pk in person.tags:
            Tagging.objects.create(workspace=self.workspace, tag_id=pk, contact=contact)
        noon = compiling.asking(self.workspace).start_of(person.added) + timedelta(hours=12)
        Contact.objects.filter(pk=contact.pk).update(created_at=noon)
        if person.suppressed:
            reason = Suppression.Reason.MANUAL
            suppression.suppress(self.workspace.pk, [contact.fingerprint], reason)
        for pk in self.lists:
            if state := pick(["", "subscribed", "unsubscribed"]):
                person.lists[pk] = state
                ended = timezone.now() if state == "unsubscribed" else None
                Subscription.objects.create(
                    workspace=self.workspace,
                    list_id=pk,
                    contact=contact,
                    status=state,
                    unsubscribed_at=ended,
                )
        for campaign in self.campaigns:
            if pick([True, True, False]):
                person.mails.append(self._mail(contact, campaign))
        return contact.pk, person

    def _mail(self, contact: Contact, campaign: Campaign) -> Mail:
        pick = self._random.choice
        mail = Mail(
            campaign.pk,
            measured=pick([True, True, False]),
            old=pick([False, False, True]),
            withdrawn=pick([False, False, False, True]),
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
            consent_epoch=0 if mail.withdrawn else 1,
            sending_at=timezone.now() - timedelta(days=200 if mail.old else 5),
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
                country=mail.country,
                device=mail.device,
            )
        if mail.link:
            LinkClicker.objects.create(
                campaign_id=campaign.pk, number=mail.link, delivery_id=delivery.pk
            )
        return mail


Choice = tuple[str, list[str], dict[str, st.SearchStrategy[Any]]]


def _of_own_fields(
    town: Town, texts: st.SearchStrategy[str], day: st.SearchStrategy[str]
) -> list[Choice]:
    number = st.sampled_from([-1, 0, 2, 2.5, 3])
    days = st.integers(0, 366)
    text_hows = ["is", "is_not", "contains", "contains_not", "starts", "ends"]
    colours = st.lists(st.sampled_from(COLOURS), min_size=1)
    found: list[Choice] = [
        ("text", text_hows, {"value": texts}),
        ("number", ["is", "over", "under"], {"value": number}),
        ("number", ["between"], {"least": number, "most": number}),
        ("date", ["in_last", "before_last"], {"days": st.integers(1, 500)}),
        ("date", ["on", "before", "from"], {"day": day}),
        ("date", ["between"], {"first": day, "last": day}),
        ("date", ["anniversary"], {"days": days}),
        ("yes_no", ["yes", "no"], {}),
        ("choice", ["is", "is_not"], {"values": colours}),
    ]
    found += [(kind, ["known", "unknown"], {}) for kind in Field.Kind.values]
    return [
        (f"{kind}_field", hows, {"field": st.just(town.fields[kind]), **values})
        for kind, hows, values in found
    ]


@st.composite
def conditions(draw: st.DrawFn, town: Town) -> dict[str, Any]:
    """Draw a condition about things that there are."""
    texts = st.sampled_from(["ann", "A", "ë", "%", "_", "\\", "'", "zzz"])
    day = st.integers(0, 40).map(lambda n: (town.today - timedelta(days=n)).isoformat())
    campaign = st.sampled_from([one.pk for one in town.campaigns])
    last = st.integers(1, CAMPAIGNS + 1)
    words = {"countries": ["CL", "PE", "NL"], "languages": ["es", "nl"], "devices": ["mobile"]}
    some = {name: st.lists(st.sampled_from(of), min_size=1) for name, of in words.items()}
    text_hows = ["is", "is_not", "contains", "contains_not", "starts", "ends"]
    choices: list[Choice] = [
        ("first_name", text_hows, {"value": texts}),
        ("first_name", ["known", "unknown"], {}),
        ("email", ["contains", "contains_not", "starts"], {"value": texts}),
        ("email", ["domain"], {"value": st.just("a.example")}),
        ("country", ["is", "is_not"], {"values": some["countries"]}),
        ("country", ["known", "unknown"], {}),
        ("language", ["is", "is_not"], {"values": some["languages"]}),
        ("added", ["in_last", "before_last"], {"days": st.integers(1, 500)}),
        ("added", ["on", "before", "from"], {"day": day}),
        ("added", ["between"], {"first": day, "last": day}),
        *_of_own_fields(town, texts, day),
        ("tag", ["has", "has_not"], {"tag": st.sampled_from(town.tags)}),
        ("tag", ["any", "none"], {}),
        ("list", ["on", "not_on", "left"], {"list": st.sampled_from(town.lists)}),
        ("list", ["on_any", "on_none"], {}),
        ("measuring", ["agreed", "refused", "not_asked"], {"purpose": st.just("opens")}),
        ("mailed", ["yes", "no"], {}),
        ("sent", ["campaign", "not_campaign"], {"campaign": campaign}),
        ("sent", ["any", "never"], {}),
        ("sent", ["last", "not_last"], {"last": last}),
        ("opened", ["campaign", "not_campaign"], {"campaign": campaign}),
        ("opened", ["any", "never"], {}),
        ("opened", ["last", "not_last"], {"last": last}),
        ("opened", ["often"], {"last": last, "times": st.integers(1, 3)}),
        ("clicked", ["campaign", "not_campaign"], {"campaign": campaign}),
        ("clicked", ["campaign"], {"campaign": campaign, "link": st.integers(1, 3)}),
        ("clicked", ["any", "never"], {}),
        ("clicked", ["last", "not_last"], {"last": last}),
        ("clicked", ["often"], {"last": last, "times": st.integers(1, 3)}),
        ("read_in", ["is"], {"values": some["countries"]}),
        ("device", ["is"], {"values": some["devices"]}),
    ]
    what, hows, values = draw(st.sampled_from(choices))
    given_values = {name: draw(strategy) for name, strategy in values.items()}
    return {"what": what, "how": draw(st.sampled_from(hows)), **given_values}


def groups(parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(
        {
            "match": st.sampled_from(["all", "any", "none"]),
            "of": st.lists(parts, min_size=1, max_size=3),
        }
    )


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_the_compiler_finds_whom_the_evaluator_finds(town: Town, data: st.DataObject):
    one = conditions(town)
    raw = data.draw(groups(one | groups(one | groups(one))))
    question = compiling.read(raw)
    said = {pk: answer(raw, person, town.setting()) for pk, person in town.people.items()}
    found = set(compiling.people(town.workspace, question).values_list("pk", flat=True))
    assert found == {pk for pk, yes in said.items() if yes is True}
    unseen = set(compiling.unseen(town.workspace, question).values_list("pk", flat=True))
    assert unseen == {pk for pk, yes in said.items() if yes is None}
