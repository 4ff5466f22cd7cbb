"""People leave, take it back, and leave for good; each may be asked for twice."""

import pytest

from campaigns.audience import suppression, unsubscribing
from campaigns.audience.models import Contact, Suppression, Unsubscription
from tests import world


@pytest.fixture
def lists(workspace):
    return [world.make_list(workspace, name=name) for name in ("News", "Offers", "Jobs")]


@pytest.fixture
def campaign_to_news(lists, monkeypatch):
    """Campaign 70 went to News and Jobs."""
    found = {70: [lists[0].pk, lists[2].pk]}
    monkeypatch.setattr(unsubscribing, "_campaign_lists", [])
    unsubscribing.register_campaign_lists(lambda campaign_id: found.get(campaign_id, []))
    return 70


def on(contact):
    return sorted(contact.subscriptions.subscribed().values_list("list__name", flat=True))


def test_one_leaves_the_lists_that_the_mail_came_through(ann, campaign_to_news):
    left = unsubscribing.unsubscribe(ann.pk, campaign_to_news, 700, "one_click")
    assert [one.name for one in left] == ["News"]
    assert on(ann) == ["Offers"]
    row = Unsubscription.objects.get()
    assert (row.contact_id, str(row.list)) == (ann.pk, "News")
    assert (row.campaign_id, row.delivery_id, row.source) == (70, 700, "one_click")


def test_one_leaves_all_lists_when_the_campaign_is_not_known(ann, campaign_to_news):
    unsubscribing.unsubscribe(ann.pk, 71, 700, "page")
    assert on(ann) == []


def test_leaving_twice_is_leaving_once(ann, campaign_to_news):
    unsubscribing.unsubscribe(ann.pk, campaign_to_news, 700, "page")
    assert unsubscribing.unsubscribe(ann.pk, campaign_to_news, 700, "one_click") == []
    assert Unsubscription.objects.count() == 1


def test_taking_it_back_brings_the_same_lists_back_and_is_not_counted(ann, campaign_to_news):
    unsubscribing.unsubscribe(ann.pk, 71, 700, "page")
    unsubscribing.undo(ann.pk, 71, 700)
    assert on(ann) == ["News", "Offers"]
    assert Unsubscription.objects.count() == 2
    assert not Unsubscription.objects.standing().exists()


def test_taking_back_one_mail_does_not_undo_what_came_through_another(ann, campaign_to_news):
    unsubscribing.unsubscribe(ann.pk, campaign_to_news, 700, "page")
    unsubscribing.unsubscribe(ann.pk, 71, 701, "page")
    unsubscribing.undo(ann.pk, 71, 701)
    assert on(ann) == ["Offers"]


def test_what_was_taken_back_once_is_not_taken_back_again(ann, campaign_to_news):
    unsubscribing.unsubscribe(ann.pk, campaign_to_news, 700, "page")
    unsubscribing.undo(ann.pk, campaign_to_news, 700)
    unsubscribing.unsubscribe(ann.pk, campaign_to_news, 701, "page")
    unsubscribing.undo(ann.pk, campaign_to_news, 700)
    assert on(ann) == ["Offers"]


def test_stopping_everything_ends_all_lists_and_suppresses(ann, workspace, campaign_to_news):
    unsubscribing.stop_everything(ann.pk, campaign_to_news, 700)
    assert on(ann) == []
    found = suppression.find(workspace.pk, "ANN@example.com")
    assert found is not None
    assert (found.reason, found.campaign_id) == (Suppression.Reason.UNSUBSCRIBED_ALL, 70)
    unsubscribing.undo(ann.pk, campaign_to_news, 700)
    assert on(ann) == ["News", "Offers"]
    assert suppression.find(workspace.pk, "ann@example.com") is None


def test_taking_it_back_does_not_lift_a_complaint(ann, workspace, campaign_to_news):
    suppression.suppress(workspace.pk, [ann.fingerprint], "complaint")
    unsubscribing.stop_everything(ann.pk, campaign_to_news, 700)
    unsubscribing.undo(ann.pk, campaign_to_news, 700)
    assert Suppression.objects.get().reason == "complaint"


def test_suppressing_counts_the_new_and_keeps_each_reason_once(workspace, ann):
    bob = world.make_contact(workspace)
    prints = [ann.fingerprint, bob.fingerprint]
    assert suppression.suppress(workspace.pk, prints[:1], "hard_bounce", 5) == 1
    assert suppression.suppress(workspace.pk, prints, "hard_bounce", 6) == 1
    assert suppression.suppress(workspace.pk, prints[:1], "complaint", 7) == 1
    rows = Suppression.objects.values_list("fingerprint", "reason", "campaign_id")
    assert {(bytes(one), *rest) for one, *rest in rows} == {
        (prints[0], "hard_bounce", 5),
        (prints[1], "hard_bounce", 6),
        (prints[0], "complaint", 7),
    }


def test_suppression_knows_addresses_by_key_within_one_workspace(workspace, ann):
    elsewhere = world.make_workspace()
    suppression.suppress(workspace.pk, [ann.fingerprint], "manual")
    assert suppression.find(workspace.pk, " Ann@EXAMPLE.com ")
    assert suppression.find(elsewhere.pk, "ann@example.com") is None
    assert not suppression.lift(elsewhere.pk, ann.fingerprint, "manual")
    assert suppression.lift(workspace.pk, ann.fingerprint, "manual")
    assert Contact.objects.suppressed().count() == 0
