"""Whatever is in a workspace, its archive restores to the same archive, and nobody to mail more."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.audience import addresses, suppression
from campaigns.audience.models import ConsentEntry, Contact, Subscription
from tests import world
from tests.archives import houses

pytestmark = pytest.mark.django_db(transaction=True)

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
LINES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20)
MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))
VALUES = st.one_of(TEXTS, st.integers(-(2**53), 2**53), st.booleans(), st.none())
PEOPLE = st.lists(
    st.fixed_dictionaries(
        {
            "first_name": TEXTS,
            "fields": st.dictionaries(st.sampled_from(["a", "b_2"]), VALUES),
            # Of whom the ledger has a line, that is what they said.
            "measuring": st.sampled_from(["unknown", "refused", "withdrawn"]),
            "paused_until": st.none() | MOMENTS,
            "created_at": MOMENTS,
            # On which lists, and since when they are off.
            "on": st.dictionaries(st.integers(0, 2), st.none() | MOMENTS),
            "tags": st.sets(st.integers(0, 1)),
            "notes": st.lists(TEXTS.filter(bool), max_size=2),
            "said": st.lists(st.sampled_from(["granted", "withdrawn"]), max_size=3),
            "stopped": st.none() | st.sampled_from(["manual", "complaint", "hard_bounce"]),
        }
    ),
    max_size=6,
)


def build(people, names):
    workspace = world.make_workspace()
    lists = [world.make_list(workspace, name=f"{name}{n}") for n, name in enumerate(names)]
    tags = [workspace.tags.create(name=name) for name in ("VIP", "Presse „lokal“")]
    for n, drawn in enumerate(people):
        _person(workspace, lists, tags, f"Person{n}@example.com", dict(drawn))
    return workspace


def _person(workspace, lists, tags, email, drawn):
    on, put, notes, said, stopped, created_at = (
        drawn.pop(name) for name in ("on", "tags", "notes", "said", "stopped", "created_at")
    )
    if said:
        drawn["measuring"] = said[-1]
    one = world.make_contact(workspace, email=email, **drawn)
    Contact.objects.filter(pk=one.pk).update(created_at=created_at)
    for number, left in on.items():
        status = "unsubscribed" if left else "subscribed"
        Subscription.objects.create(
            workspace=workspace,
            list=lists[number],
            contact=one,
            status=status,
            unsubscribed_at=left,
        )
    for number in put:
        tags[number].taggings.create(workspace=workspace, contact=one)
    for text in notes:
        one.notes.create(workspace=workspace, text=text)
    for state in said:
        ConsentEntry.objects.create(
            workspace=workspace, contact=one, state=state, source="member", evidence={"why": email}
        )
    if stopped:
        suppression.suppress(workspace.pk, [one.fingerprint], stopped)


def mailable(workspace):
    people = Subscription.objects.filter(list__workspace=workspace, status="subscribed")
    return {
        (row.list.name, row.contact.email)
        for row in people.select_related("list", "contact")
        if suppression.find(workspace.pk, row.contact.email) is None
    }


@settings(max_examples=12)
@given(people=PEOPLE, names=st.lists(LINES, min_size=3, max_size=3))
def test_any_world_comes_back_as_it_was(db, people, names):
    workspace = build(people, names)
    house = world.make_workspace()
    with tempfile.TemporaryDirectory() as folder:
        first = houses.archive(workspace, Path(folder) / "one.zip")
        houses.restore(first, house)
        second = houses.archive(house, Path(folder) / "two.zip")
        assert houses.contents(second) == houses.contents(first)
    assert mailable(house) == mailable(workspace)
    for one in house.contacts.all():
        key = addresses.key(one.email)
        assert one.email_key == key
        assert bytes(one.fingerprint) == addresses.fingerprint(house.pk, key)
