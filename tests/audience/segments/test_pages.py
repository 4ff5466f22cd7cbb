"""Segments are built, saved, shown and used in a browser, with and without script."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.audience.models import Segment
from campaigns.audience.segments import saving
from tests import world
from tests.turns import beside

pytestmark = pytest.mark.django_db
NEW = "/segments/new/"


@pytest.fixture
def news(workspace):
    return world.make_list(workspace, name="News")


@pytest.fixture
def people(workspace, news):
    """Ann in Chile and Bob in Peru get News; Cid in Chile gets nothing."""
    facts = {"ann": ("CL", news), "bob": ("PE", news), "cid": ("CL", None)}
    return {
        name: world.make_contact(workspace, on=on, email=f"{name}@example.com", country=country)
        for name, (country, on) in facts.items()
    }


def form(**fields):
    """A form as the builder sends it; `_` stands for the place's point."""
    return {"m-": "all", "name": "Chile"} | {
        name.replace("__", "-").replace("_", "."): value for name, value in fields.items()
    }


IN_CHILE = {"w-0": "country", "h-0": "is", "v-0-values": ["CL"]}


def on_news(news, place="1"):
    return {f"w-{place}": "list", f"h-{place}": "on", f"v-{place}-list": str(news.pk)}


def test_a_new_segment_is_saved_and_counted(
    alice, people, news, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        answer = alice.post(NEW, form() | IN_CHILE | on_news(news) | {"save": "yes"})
    one = Segment.objects.get()
    assert answer.headers["Location"] == reverse("audience:segment", args=[one.pk])
    assert one.question == {
        "match": "all",
        "of": [
            {"what": "country", "how": "is", "values": ["CL"]},
            {"what": "list", "how": "on", "list": news.pk},
        ],
    }
    page = alice.get(answer.headers["Location"]).text
    assert "People whose country is Chile and who are on the list “News”." in page


def test_the_builder_says_who_and_how_many_while_nothing_is_saved(alice, people, news):
    page = alice.post(NEW, form() | IN_CHILE | on_news(news)).text
    assert "<strong>1</strong> person" in page
    assert "ann@example.com" in page and "cid@example.com" not in page
    assert not Segment.objects.exists()


def test_buttons_add_remove_and_undo(alice, people, news):
    shown = alice.post(NEW, form() | IN_CHILE | {"do": "add:"}).context["built"]
    assert [row.what for row in shown.root.parts] == ["country", ""]
    shown = alice.post(NEW, form() | IN_CHILE | {"do": "group:"}).context["built"]
    assert [row.match for row in shown.root.parts] == ["", "any"]
    asked = form() | IN_CHILE | on_news(news)
    shown = alice.post(NEW, asked | {"do": "remove:0"}).context["built"]
    assert [row.what for row in shown.root.parts] == ["list"]
    assert shown.removed_words == "whose country is Chile"
    kept = form() | on_news(news, "0") | {"removed": shown.removed, "do": "undo"}
    shown = alice.post(NEW, kept).context["built"]
    assert [row.what for row in shown.root.parts] == ["country", "list"]
    assert not shown.removed


def test_what_is_not_finished_is_not_saved_and_says_where(alice):
    answer = alice.post(NEW, form() | {"w-0": "country", "h-0": "is", "save": "yes"})
    assert answer.status_code == 422
    error = answer.context["built"].root.parts[0].error
    assert error == "Fill in what is missing here, or remove the condition."
    assert not Segment.objects.exists()


def test_two_segments_cannot_have_one_name(alice, workspace):
    Segment.objects.create(workspace=workspace, name="chile", question={})
    answer = alice.post(NEW, form() | IN_CHILE | {"save": "yes"})
    assert answer.status_code == 422
    assert "Another segment has this name." in answer.text


def test_contacts_are_filtered_by_a_segment_and_exported(alice, workspace, people):
    one = Segment.objects.create(
        workspace=workspace,
        name="Chile",
        question={"match": "all", "of": [{"what": "country", "how": "is", "values": ["CL"]}]},
    )
    page = alice.get(reverse("audience:contacts") + f"?segment={one.pk}&sort=email")
    assert [contact.email for contact in page.context["page"]] == [
        "ann@example.com",
        "cid@example.com",
    ]
    file = alice.get(reverse("audience:export_segment", args=[one.pk])).getvalue().decode()
    assert "cid@example.com" in file and "bob@example.com" not in file
    same = alice.get(reverse("audience:export_contacts") + f"?segment={one.pk}")
    assert b"cid@example.com" in same.getvalue() and b"bob@" not in same.getvalue()


def test_a_copy_is_another_segment(alice, workspace, member):
    one = Segment.objects.create(workspace=workspace, name="Chile", question={"match": "all"})
    for _twice in range(2):
        alice.post(reverse("audience:duplicate_segment", args=[one.pk]))
    names = set(Segment.objects.values_list("name", flat=True))
    assert names == {"Chile", "Copy of Chile", "Copy of Chile 2"}


def test_deleting_asks_first(alice, workspace):
    one = Segment.objects.create(workspace=workspace, name="Chile", question={"match": "all"})
    address = reverse("audience:delete_segment", args=[one.pk])
    assert "No campaign uses it." in alice.get(address).text
    assert Segment.objects.exists()
    alice.post(address)
    assert not Segment.objects.exists()


def test_others_segments_are_out_of_reach(stranger: Client, workspace):
    one = Segment.objects.create(workspace=workspace, name="Chile", question={"match": "all"})
    for name in ("segment", "edit_segment", "delete_segment", "export_segment"):
        assert stranger.get(reverse(f"audience:{name}", args=[one.pk])).status_code == 404


@pytest.mark.parametrize("place", ["9" * 30, "9" * 5_000, "0." + "9" * 5_000, "x.y"])
@pytest.mark.parametrize("verb", ["add", "group", "remove", "undo"])
def test_a_place_that_no_button_has_changes_nothing(alice, verb, place):
    removed = json.dumps({"place": place, "part": {"what": "country", "how": "known"}})
    sent = form() | IN_CHILE | {"do": f"{verb}:{place}", "removed": removed}
    page = alice.post(NEW, sent)
    assert page.status_code == 200
    assert page.text.count('name="w-') == 1


def test_half_a_character_comes_back_as_no_words(alice):
    part = {"what": "first_name", "how": "is", "value": "\ud800"}
    removed = json.dumps({"place": "0", "part": part})
    page = alice.post(NEW, form() | IN_CHILE | {"do": "undo", "removed": removed})
    assert page.status_code == 200 and "first_name" in page.text


@pytest.mark.django_db(transaction=True)
def test_two_presses_of_one_button_make_two_copies(workspace, member):
    one = Segment.objects.create(workspace=workspace, name="Chile", question={})
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first = saving.duplicate(one, member)
            second = beside(pool, lambda: saving.duplicate(one, member))
        names = (first.name, second.result().name)
    assert names == ("Copy of Chile", "Copy of Chile 2")


def test_the_page_of_segments_asks_as_much_for_thirty_as_for_three(alice, workspace, news, people):
    def question(number):
        on_a_list = {"what": "list", "how": "on", "list": news.pk + (number % 3) * 1_000_000}
        return {"match": "all", "of": [on_a_list, dict(on_a_list)]}

    asked = []
    for several in (range(3), range(3, 30)):
        for number in several:
            Segment.objects.create(
                workspace=workspace, name=f"Segment {number}", question=question(number)
            )
        with CaptureQueriesContext(connection) as captured:
            page = alice.get(reverse("audience:segments"))
        asked.append(len(captured))
    assert page.text.count("Asks for something that is gone") == 20
    assert page.text.count("on the list “News”") == 2 * 10
    assert asked[0] == asked[1]
