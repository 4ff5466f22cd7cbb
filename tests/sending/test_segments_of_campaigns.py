"""Segments narrow whom a campaign reaches, and what is confirmed is what is launched."""

import pytest
from django.urls import reverse

from campaigns.audience.models import Segment
from campaigns.composing import checks, editing, narrowing
from campaigns.composing.models import Campaign, SegmentUse
from campaigns.sending import launch, steering
from campaigns.sending.models import Delivery
from campaigns.sending.querysets import launching
from tests import world
from tests.sending import stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def news(workspace):
    return world.make_list(workspace, name="News")


@pytest.fixture
def people(workspace, news):
    """Ann and Bob in Chile, Cid in Peru; Dee in Chile is on no list."""
    facts = {"ann": ("CL", news), "bob": ("CL", news), "cid": ("PE", news), "dee": ("CL", None)}
    return {
        name: world.make_contact(
            workspace, on=on, email=f"{name}@example.com", country=country, first_name=name
        )
        for name, (country, on) in facts.items()
    }


@pytest.fixture
def draft(workspace, news, sender):
    return world.make_campaign(workspace, lists=[news], sender=sender)


def segment(workspace, *of, match="all"):
    asked = {"match": match, "of": list(of)}
    name = f"S{Segment.objects.count()}"
    return Segment.objects.create(workspace=workspace, name=name, question=asked)


def in_country(*codes):
    return {"what": "country", "how": "is", "values": list(codes)}


def named(name):
    return {"what": "first_name", "how": "is", "value": name}


def use(campaign, one, *, excludes=False):
    SegmentUse.objects.create(campaign=campaign, segment=one, name=one.name, excludes=excludes)


def reached(campaign):
    emails = launching.audience(campaign).values_list("email", flat=True)
    return " ".join(sorted(email.removesuffix("@example.com") for email in emails))


def test_only_people_of_the_lists_who_are_in_any_of_the_segments(workspace, draft, people):
    use(draft, segment(workspace, in_country("PE")))
    use(draft, segment(workspace, named("Ann")))
    assert reached(draft) == "ann cid"


def test_without_people_of_excluded_segments(workspace, draft, people):
    use(draft, segment(workspace, in_country("CL")))
    use(draft, segment(workspace, named("Bob")), excludes=True)
    assert reached(draft) == "ann"


def test_what_is_confirmed_is_what_is_launched(alice, workspace, draft, people):
    use(draft, segment(workspace, in_country("CL")))
    page = alice.get(reverse("sending:confirm", args=[draft.pk]))
    assert page.context["people"] == 2
    assert "Only those of them in: S0." in page.text
    stage.go(draft)
    assert Delivery.objects.filter(campaign=draft).count() == 2
    addresses = set(Delivery.objects.values_list("address", flat=True))
    assert addresses == {"ann@example.com", "bob@example.com"}


@pytest.mark.parametrize("excludes", [False, True])
def test_a_deleted_segment_reaches_nobody_and_says_so(alice, workspace, draft, people, excludes):
    one = segment(workspace, in_country("CL"))
    use(draft, one, excludes=excludes)
    one.delete()
    assert reached(draft) == ""
    [problem] = checks.problems(draft)
    assert problem.message == "The segment “S0” was deleted: take it out, or choose another."
    assert "was deleted" in alice.get(reverse("composing:edit", args=[draft.pk])).text
    assert launch.launch(draft)
    assert not launch.prepare(draft.pk)
    draft.refresh_from_db()
    assert draft.status == Campaign.Status.FAILED


@pytest.mark.parametrize("excludes", [False, True])
def test_a_segment_about_a_deleted_list_reaches_nobody(workspace, draft, people, excludes):
    gone = world.make_list(workspace)
    use(
        draft,
        segment(workspace, {"what": "list", "how": "not_on", "list": gone.pk}),
        excludes=excludes,
    )
    assert reached(draft) == ("" if excludes else "ann bob cid")
    gone.delete()
    assert reached(draft) == ""
    assert "something that is gone" in checks.problems(draft)[0].message


@pytest.mark.parametrize("is_deleted", [True, False])
def test_what_becomes_of_a_segment_keeps_no_paused_campaign_from_going_on(
    workspace, draft, people, is_deleted
):
    """Who gets it is fixed by then, and the segment cannot be taken out any more."""
    gone = world.make_list(workspace)
    one = segment(workspace, {"what": "list", "how": "not_on", "list": gone.pk})
    use(draft, one)
    assert launch.launch(draft) and launch.prepare(draft.pk)
    assert steering.pause(draft)
    if is_deleted:
        one.delete()
    gone.delete()
    draft.refresh_from_db()
    assert steering.resume(draft)
    assert Delivery.objects.pending().count() == 3


def test_segments_are_chosen_where_a_campaign_is_written(alice, workspace, draft, people):
    only, without = segment(workspace, in_country("CL")), segment(workspace, named("Bob"))
    values = {
        "name": draft.name,
        "subject": draft.subject,
        "body": draft.body,
        "sender": draft.sender.pk,
        "format": "markdown",
        "tracking": "individual",
        "lists": [one.pk for one in draft.lists.all()],
        "only_segments": [only.pk],
        "without_segments": [without.pk],
        "version": draft.version,
    }
    alice.post(reverse("composing:edit", args=[draft.pk]), values)
    assert narrowing.words(draft) == (["S0"], ["S1"])
    assert reached(draft) == "ann"
    alice.post(
        reverse("composing:edit", args=[draft.pk]),
        values | {"only_segments": [], "without_segments": [], "version": draft.version + 1},
    )
    assert reached(draft) == "ann bob cid"


def test_saving_a_form_keeps_what_was_deleted_until_it_is_taken_out(workspace, draft, people):
    one = segment(workspace, in_country("CL"))
    use(draft, one)
    one.delete()
    kept = narrowing.chosen(draft)
    narrowing.save(draft, kept)
    assert reached(draft) == ""
    narrowing.save(draft, {"only_segments": [], "without_segments": []})
    assert reached(draft) == "ann bob cid"


def test_a_copy_has_the_same_segments(workspace, draft, people, member):
    use(draft, segment(workspace, in_country("CL")), excludes=True)
    assert reached(editing.duplicate(draft, member)) == "cid"


def test_a_segment_of_others_cannot_be_chosen(workspace, draft, people):
    strange = segment(world.make_workspace(), in_country("CL"))
    narrowing.save(draft, {"only_segments": [str(strange.pk)], "without_segments": []})
    assert not SegmentUse.objects.exists()


def test_deleting_a_segment_says_who_uses_it(alice, workspace, draft):
    one = segment(workspace, in_country("CL"))
    use(draft, one)
    page = alice.get(reverse("audience:delete_segment", args=[one.pk])).text
    assert draft.name in page and "goes to nobody" in page
