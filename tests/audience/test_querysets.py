"""Who gets a mail, and what it may record."""

import itertools

import pytest

from campaigns.accounts.models import Workspace
from campaigns.audience import measuring, suppression, unsubscribing
from campaigns.audience.models import Consent, Contact, List
from tests import world


def mailable(workspace, *lists):
    found = Contact.objects.mailable(workspace.pk, [one.pk for one in lists])
    return sorted(contact.email for contact in found)


def modes(*args):
    """What people said, and what may be recorded of them."""
    rows = map(vars, Contact.objects.with_measuring_mode(*args))
    return [(row["measuring"], row["mode"]) for row in rows]


def test_people_on_several_lists_are_mailed_once(workspace):
    one, two, other = (world.make_list(workspace) for _n in range(3))
    ann = world.make_contact(workspace, on=one, email="ann@example.com")
    ann.subscriptions.create(workspace=workspace, list=two)
    world.make_contact(workspace, on=two, email="bob@example.com")
    world.make_contact(workspace, on=other, email="eve@example.com")
    assert mailable(workspace, one, two) == ["ann@example.com", "bob@example.com"]
    assert mailable(workspace) == []


def test_who_left_one_of_the_lists_is_mailed_through_the_other(workspace):
    one, two = world.make_list(workspace), world.make_list(workspace)
    ann = world.make_contact(workspace, on=one, email="ann@example.com")
    ann.subscriptions.create(workspace=workspace, list=two)
    unsubscribing.unsubscribe_from(ann, [one], "page")
    assert mailable(workspace, one) == []
    assert mailable(workspace, one, two) == ["ann@example.com"]


def test_suppressed_people_are_not_mailed(workspace):
    readers = world.make_list(workspace)
    ann = world.make_contact(workspace, on=readers, email="ann@example.com")
    world.make_contact(workspace, on=readers, email="bob@example.com")
    suppression.suppress(workspace.pk, [ann.fingerprint], "complaint")
    assert mailable(workspace, readers) == ["bob@example.com"]
    assert list(Contact.objects.suppressed()) == [ann]


def test_lists_of_other_workspaces_lead_to_nobody(workspace):
    elsewhere = world.make_workspace()
    theirs = world.make_list(elsewhere)
    world.make_contact(elsewhere, on=theirs)
    assert mailable(workspace, theirs) == []


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("strict", {"granted": "individual"}),
        ("consent", {"granted": "individual", "unknown": "aggregate"}),
        ("opt_out", {"granted": "individual", "unknown": "individual"}),
    ],
)
def test_policy_and_person_decide_what_may_be_recorded(workspace, policy, expected):
    for said in Consent.values:
        world.make_contact(workspace, email=f"{said}@example.com", measuring=said)
    found = {said: mode for said, mode in modes(policy) if mode != "none"}
    assert found == expected


def test_a_campaign_lowers_what_may_be_recorded_and_never_raises_it(workspace):
    for said in Consent.values:
        world.make_contact(workspace, measuring=said)
    for policy, most in itertools.product(Workspace.Policy.values, measuring.MODES):
        for said, mode in modes(policy, most):
            assert mode == measuring.least(measuring.most(policy, said), most)


def test_what_was_said_about_clicks_decides_about_clicks_alone(workspace):
    for opens, clicks in itertools.product(Consent.values, repeat=2):
        apart = clicks if clicks != opens else ""
        world.make_contact(workspace, measuring=opens, measuring_clicks=apart)
    for policy, most in itertools.product(Workspace.Policy.values, measuring.MODES):
        for row in map(vars, Contact.objects.with_measuring_mode(policy, most)):
            said = row["measuring_clicks"] or row["measuring"]
            allowed = measuring.most(policy, row["measuring"]), measuring.most(policy, said)
            expected = tuple(measuring.least(mode, most) for mode in allowed)
            assert (row["mode"], row["click_mode"]) == expected


def test_the_strictest_policy_wins():
    assert measuring.strictest("opt_out", "", "consent") == "consent"
    assert measuring.strictest("consent", "strict", "opt_out") == "strict"
    assert measuring.strictest("opt_out", "") == "opt_out"


def test_words_are_looked_for_in_names_and_addresses(workspace):
    ann = world.make_contact(workspace, email="ann@example.com", first_name="Ann", last_name="Ray")
    world.make_contact(workspace, email="ray@example.com", first_name="Bob")
    assert list(Contact.objects.matching("ann RAY")) == [ann]
    assert Contact.objects.matching("example").count() == 2
    assert not Contact.objects.matching("100%_").exists()


def test_lists_are_counted(workspace):
    readers = world.make_list(workspace)
    world.make_list(workspace)
    for _n in range(3):
        ann = world.make_contact(workspace, on=readers)
    unsubscribing.unsubscribe_from(ann, [readers], "member")
    counts = [vars(one) for one in List.objects.with_counts()]
    assert sorted((one["subscribed"], one["unsubscribed"]) for one in counts) == [(0, 0), (2, 1)]
