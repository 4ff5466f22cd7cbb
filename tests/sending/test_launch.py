"""Launching: decided once, frozen whole, however often and by however many."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from campaigns.accounts.models import Workspace
from campaigns.audience.models import Segment, Subscription, Suppression
from campaigns.composing import freezing
from campaigns.composing.models import Campaign, Revision, SegmentUse
from campaigns.sending import filling, launch, steering
from campaigns.sending.models import Delivery
from campaigns.sending.querysets import launching
from tests import world
from tests.sending import stage


def modes(campaign):
    return Delivery.objects.filter(campaign=campaign).modes()


def launch_and_prepare(campaign):
    assert launch.launch(campaign)
    return launch.prepare(campaign.pk)


@pytest.mark.django_db
def test_freezes_the_audience_and_the_content(draft):
    stage.make_people(draft.workspace, draft.lists.get(), 3)
    assert launch_and_prepare(draft)
    draft.refresh_from_db()
    assert draft.status == Campaign.Status.SENDING
    assert draft.launched_at is not None
    assert Revision.objects.get(campaign=draft).number == 1
    deliveries = Delivery.objects.filter(campaign=draft)
    assert [(d.address, d.domain, d.state) for d in deliveries.order_by("contact")] == [
        (contact.email, "example.com", "pending")
        for contact in draft.workspace.contacts.order_by("pk")
    ]


@pytest.mark.django_db
def test_leaves_out_who_must_not_be_mailed(draft):
    mailing_list = draft.lists.get()
    gone, suppressed, stays = stage.make_people(draft.workspace, mailing_list, 3)
    world.make_contact(draft.workspace, on=world.make_list(draft.workspace))
    Subscription.objects.filter(contact=gone).update(
        status="unsubscribed", unsubscribed_at=draft.created_at
    )
    Suppression.objects.create(
        workspace=draft.workspace, fingerprint=suppressed.fingerprint, reason="manual"
    )
    assert launch_and_prepare(draft)
    assert [d.contact_id for d in Delivery.objects.all()] == [stays.pk]


@pytest.mark.django_db
def test_who_is_on_two_lists_gets_one(draft):
    contact = world.make_contact(draft.workspace, on=draft.lists.get())
    other = world.make_list(draft.workspace)
    draft.lists.add(other)
    Subscription.objects.create(workspace=draft.workspace, list=other, contact=contact)
    assert launch_and_prepare(draft)
    assert Delivery.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_twenty_launches_at_once_are_one(draft):
    stage.make_many(draft.workspace, draft.lists.get(), 500)
    barrier = threading.Barrier(20)

    def click(_n):
        try:
            barrier.wait()
            return launch.launch(Campaign.objects.get(pk=draft.pk)), launch.prepare(draft.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        done = list(pool.map(click, range(20)))
    assert [decided for decided, _prepared in done].count(True) == 1
    assert [prepared for _decided, prepared in done].count(True) == 1
    assert Delivery.objects.count() == 500
    assert Revision.objects.count() == 1


@pytest.mark.django_db
def test_a_second_launch_does_nothing(draft):
    stage.make_people(draft.workspace, draft.lists.get(), 1)
    assert launch_and_prepare(draft)
    assert not launch.launch(draft)
    assert not launch.prepare(draft.pk)
    assert Delivery.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_launch_that_was_killed_goes_on_where_it_was(draft, monkeypatch):
    stage.make_many(draft.workspace, draft.lists.get(), 45)
    monkeypatch.setattr(filling, "PART", 10)
    fill, parts = launching.fill, []

    def killed_in_the_third_part(revision, ids):
        parts.append(ids)
        if len(parts) == 3:
            raise RuntimeError
        return fill(revision, ids)

    monkeypatch.setattr(launching, "fill", killed_in_the_third_part)
    assert launch.launch(draft)
    with pytest.raises(RuntimeError):
        launch.prepare(draft.pk)
    assert 10 <= Delivery.objects.count() < 45
    monkeypatch.setattr(launching, "fill", fill)
    assert launch.prepare(draft.pk)
    assert Delivery.objects.count() == 45


@pytest.mark.django_db(transaction=True)
def test_what_a_launch_that_failed_had_frozen_goes_with_it(draft):
    """Else the next launch would mail it too, whoever it is for by then."""
    stage.make_people(draft.workspace, draft.lists.get(), 2)
    fresh = world.make_contact(draft.workspace, on=draft.lists.get(), country="CL")
    assert launch.launch(draft)
    [first, *_rest] = launching.parts(draft.pk, size=1)
    assert launching.fill(freezing.freeze(draft), first)
    # Killed here; and before anybody begins again, its segment is gone.
    gone = SegmentUse.objects.create(campaign=draft, name="Gone", excludes=False)
    assert not launch.prepare(draft.pk)
    assert steering.to_draft(draft)
    gone.delete()
    asked = {"match": "all", "of": [{"what": "country", "how": "is", "values": ["CL"]}]}
    chile = Segment.objects.create(workspace=draft.workspace, name="Chile", question=asked)
    SegmentUse.objects.create(campaign=draft, segment=chile, name="Chile", excludes=False)
    assert launch_and_prepare(draft)
    assert [delivery.contact_id for delivery in Delivery.objects.all()] == [fresh.pk]


@pytest.mark.django_db
def test_a_launch_after_one_that_failed_says_what_is_true_by_then(draft):
    Subscription.objects.filter(list=draft.lists.get()).delete()
    assert not launch_and_prepare(draft)
    draft.refresh_from_db()
    assert draft.status == Campaign.Status.FAILED and steering.to_draft(draft)
    Workspace.objects.filter(pk=draft.workspace_id).update(postal_address="New street 2")
    world.make_contact(draft.workspace, on=draft.lists.get())
    assert launch_and_prepare(draft)
    assert Revision.objects.get(campaign=draft).postal_address == "New street 2"


@pytest.mark.django_db(transaction=True)
def test_who_has_a_delivery_keeps_it_and_the_others_of_their_part_get_theirs(draft):
    """The audience changed between two tries, so parts end elsewhere."""
    stage.make_many(draft.workspace, draft.lists.get(), 20)
    assert launch.launch(draft)
    revision = freezing.freeze(draft)
    [part] = launching.parts(draft.pk, size=100)
    [few, *_rest] = launching.parts(draft.pk, size=7)
    assert launching.fill(revision, few)
    first = set(Delivery.objects.values_list("pk", "contact_id"))
    assert len(first) == 7
    assert launching.fill(revision, part)
    assert first < set(Delivery.objects.values_list("pk", "contact_id"))
    assert Delivery.objects.values("contact_id").distinct().count() == 20
    assert Delivery.objects.count() == 20


@pytest.mark.django_db(transaction=True)
def test_two_who_launch_at_the_same_time_make_one_delivery_each(draft, monkeypatch):
    stage.make_many(draft.workspace, draft.lists.get(), 200)
    monkeypatch.setattr(filling, "PART", 10)
    assert launch.launch(draft)
    revision = freezing.freeze(draft)

    def launcher(_number: int) -> None:
        filling.fill(revision)
        connection.close()

    with ThreadPoolExecutor() as pool:
        list(pool.map(launcher, range(3)))
    assert Delivery.objects.count() == 200
    assert len(set(Delivery.objects.values_list("uuid", flat=True))) == 200


@pytest.mark.django_db(transaction=True)
def test_nothing_is_added_once_a_campaign_has_left_preparing(draft):
    stage.make_many(draft.workspace, draft.lists.get(), 20)
    assert launch.launch(draft)
    revision = freezing.freeze(draft)
    [part] = launching.parts(draft.pk, size=100)
    Campaign.objects.filter(pk=draft.pk).update(status=Campaign.Status.CANCELLED)
    assert not launching.fill(revision, part)
    assert not Delivery.objects.exists()


@pytest.mark.django_db
def test_nobody_to_mail_fails_with_a_sentence(draft):
    assert not launch_and_prepare(draft)
    draft.refresh_from_db()
    assert draft.status == Campaign.Status.FAILED
    assert draft.pause_reason == "Nobody on the chosen lists can be mailed."


@pytest.mark.django_db
def test_content_that_broke_before_a_scheduled_launch_fails_with_a_sentence(draft):
    stage.make_people(draft.workspace, draft.lists.get(), 1)
    Campaign.objects.update(body="Hello {{ contact.nickname }}")
    assert not launch_and_prepare(draft)
    draft.refresh_from_db()
    assert draft.status == Campaign.Status.FAILED
    assert "nickname" in draft.pause_reason
    assert not Delivery.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("policy", "tracking", "expected"),
    [
        ("strict", "individual", {"individual": 12, "none": 24}),
        ("strict", "aggregate", {"aggregate": 12, "none": 24}),
        ("consent", "individual", {"individual": 12, "aggregate": 12, "none": 12}),
        ("consent", "aggregate", {"aggregate": 24, "none": 12}),
        ("opt_out", "individual", {"individual": 24, "none": 12}),
        ("opt_out", "none", {"none": 36}),
    ],
)
def test_the_weaker_of_campaign_policy_and_person_decides(draft, policy, tracking, expected):
    Workspace.objects.update(policy=policy)
    Campaign.objects.update(tracking=tracking)
    for said in ("granted", "unknown", "refused"):
        stage.make_people(draft.workspace, draft.lists.get(), 12, measuring=said)
    draft.refresh_from_db()
    draft.workspace.refresh_from_db()
    assert launching.audience_modes(draft, minimum=10) == expected
    assert launch_and_prepare(draft)
    assert modes(draft) == expected


@pytest.mark.django_db
def test_of_a_small_audience_nobody_is_told_apart_without_their_own_consent(draft):
    Workspace.objects.update(policy="opt_out")
    draft.workspace.refresh_from_db()
    stage.make_people(draft.workspace, draft.lists.get(), 6, measuring="unknown")
    stage.make_people(draft.workspace, draft.lists.get(), 3, measuring="granted")
    assert launching.audience_modes(draft, minimum=10) == {"aggregate": 6, "individual": 3}
    assert launch_and_prepare(draft)
    assert modes(draft) == {"aggregate": 6, "individual": 3}


@pytest.mark.django_db
def test_a_small_audience_lowers_nothing_of_another_campaign(draft):
    Workspace.objects.update(policy="opt_out")
    stage.make_people(draft.workspace, draft.lists.get(), 12)
    assert launch_and_prepare(draft)
    few = world.make_list(draft.workspace)
    stage.make_people(draft.workspace, few, 3)
    small = world.make_campaign(draft.workspace, sender=draft.sender, lists=[few])
    assert launch_and_prepare(small)
    assert (modes(draft), modes(small)) == ({"individual": 12}, {"aggregate": 3})


@pytest.mark.django_db
def test_the_epoch_of_consent_is_remembered(draft):
    world.make_contact(draft.workspace, on=draft.lists.get(), consent_epoch=7)
    assert launch_and_prepare(draft)
    assert Delivery.objects.get().consent_epoch == 7
