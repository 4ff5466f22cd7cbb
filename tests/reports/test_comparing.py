"""Campaigns side by side."""

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.composing.models import Campaign
from campaigns.reports import comparing, conclusions, differences
from campaigns.reports.differences import Span
from campaigns.reports.figures import Rate
from campaigns.sending.models import Delivery
from tests import world
from tests.reports.scene import APPLE, Scene

pytestmark = pytest.mark.django_db


def span(count, of):
    return Span(Rate(count, of), Rate(count, of))


def lead(spans, **how):
    """The lead there has to be."""
    found = differences.lead(spans, **how)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("figures", "best", "doubtful"),
    [
        ([(120, 1000), (60, 1000)], 0, ()),
        ([(62, 1000), (60, 1000)], 0, (1,)),
        ([(60, 1000), (62, 1000), (150, 1000)], 2, ()),
        ([(60, 1000), (120, 1000), (119, 1000)], 1, (2,)),
        # Three of ten is no lead over one of ten, and three hundred of a thousand is.
        ([(3, 10), (1, 10)], 0, (1,)),
        ([(300, 1000), (100, 1000)], 0, ()),
    ],
)
def test_a_lead_is_told_from_chance(figures, best, doubtful):
    found = lead([span(*figure) for figure in figures])
    assert (found.best, found.doubtful) == (best, doubtful)


def test_a_lead_over_one_may_be_chance_among_five():
    """The best of many is ahead by luck more often than the better of two."""
    two = [span(115, 1000), span(85, 1000)]
    assert lead(two).is_clear
    assert not lead([*two, *[span(85, 1000)] * 3]).is_clear


def test_low_is_best_where_it_is_harm():
    found = lead([span(90, 1000), span(2, 1000)], low_is_best=True)
    assert found.best == 1
    assert found.is_clear


def test_bounds_are_ahead_only_with_their_worst_end():
    clear = [Span(Rate(500, 1000), Rate(600, 1000)), Span(Rate(200, 1000), Rate(300, 1000))]
    assert lead(clear).is_clear
    overlapping = [Span(Rate(500, 1000), Rate(600, 1000)), Span(Rate(200, 1000), Rate(480, 1000))]
    assert not lead(overlapping).is_clear


@pytest.mark.parametrize("figures", [[], [(1, 10)], [(1, 10), (0, 0)], [(5, 10), (5, 10)]])
def test_nobody_leads_where_there_is_nothing_to_compare(figures):
    assert differences.lead([span(*figure) for figure in figures]) is None


def test_a_difference_is_where_the_textbook_has_it():
    """Newcombe 1998, table II, (a): 56 of 70 against 48 of 80."""
    found = differences.difference(Rate(56, 70), Rate(48, 80), differences.quantile(2))
    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (0.0524, 0.3339)


@pytest.fixture
def make_mailed(workspace, sender, tmp_path):
    """Make a campaign that so many of so many people clicked."""

    def make(name, *, people, clicks, days_ago=1, **more):
        scene = Scene(
            workspace,
            sender,
            tmp_path / name,
            granted=people,
            domain=f"{name.lower()}.example",
            sent_at=timezone.now() - timedelta(days=days_ago),
            **more,
        )
        Campaign.objects.filter(pk=scene.campaign.pk).update(name=name)
        for person in range(clicks):
            scene.clicks(person)
        scene.drain()
        scene.campaign.refresh_from_db()
        return scene

    return make


def compared(*scenes):
    workspace = scenes[0].workspace
    campaigns = comparing.chosen(workspace, [scene.campaign.pk for scene in scenes])
    return comparing.compare(campaigns)


def test_the_oldest_stands_first_whatever_was_chosen_first(make_mailed):
    new, old = (
        make_mailed("New", people=1, clicks=0),
        make_mailed("Old", people=1, clicks=0, days_ago=9),
    )
    assert [one.campaign.name for one in compared(new, old).summaries] == ["Old", "New"]


def test_a_clear_winner_is_called_one(make_mailed):
    loud = make_mailed("Loud", people=40, clicks=30)
    quiet = make_mailed("Quiet", people=40, clicks=4, days_ago=2)
    found = compared(loud, quiet)
    first = conclusions.of(found)[0]
    assert first.is_clear
    assert first.title == "“Loud” was clicked by the largest share: 75.0%"
    assert first.text == "Ahead of “Quiet” (10.0%) by more than chance explains."
    assert [cell.mark for cell in found.row("clicked").cells] == ["", "best"]


def test_what_may_be_chance_is_said_to_be(make_mailed):
    one, other = make_mailed("One", people=20, clicks=6), make_mailed("Other", people=20, clicks=5)
    found = compared(one, other)
    first = conclusions.of(found)[0]
    assert not first.is_clear
    assert "Against “Other” (25.0%) it may be chance" in first.text
    assert "from −" in first.text
    assert [cell.mark for cell in found.row("clicked").cells] == ["ahead", ""]


def test_a_few_people_are_compared_with_nothing(make_mailed):
    found = compared(
        make_mailed("One", people=9, clicks=9), make_mailed("Other", people=20, clicks=1)
    )
    assert found.row("clicked").lead is None
    assert conclusions.of(found)[0].title == "Clicks cannot be compared"


def test_uncertain_opens_leave_the_lead_open(make_mailed):
    sure, apple = (
        make_mailed("Sure", people=20, clicks=0),
        make_mailed("Apple", people=20, clicks=0),
    )
    for person in range(20):
        sure.opens(person)
        apple.opens(person, APPLE, after=1800)
    sure.drain()
    apple.drain()
    found = compared(sure, apple)
    assert found.row("opened").lead.doubtful
    assert "load images for everybody" in conclusions.of(found)[1].text


def test_the_page_shows_counts_and_intervals(make_mailed, alice):
    one, other = make_mailed("One", people=40, clicks=30), make_mailed("Other", people=40, clicks=4)
    page = alice.get(f"/campaigns/compare/?c={one.campaign.pk}&c={other.campaign.pk}").text
    assert "30 of 40" in page
    assert "59.8% to 85.8%" in page
    assert "by more than chance explains" in page
    # Clicked and, since who clicks has opened, opened; and below, where the mark is explained.
    assert page.count("rank-best") == 3
    assert "compare.csv?c=" in page


def test_the_page_offers_what_went_out(make_mailed, workspace, alice):
    make_mailed("Gone", people=1, clicks=0)
    make_mailed("Gone too", people=1, clicks=0)
    world.make_campaign(workspace, name="Not yet")
    page = alice.get("/campaigns/compare/").text
    assert "Gone too" in page
    assert "Not yet" not in page


def test_one_alone_is_not_compared(make_mailed, alice):
    one = make_mailed("One", people=1, clicks=0)
    make_mailed("Other", people=1, clicks=0)
    page = alice.get(f"/campaigns/compare/?c={one.campaign.pk}&c=x&c=999999&c=-1&c={'9' * 30}")
    assert "There is too little to compare" in page.text


def test_campaigns_of_others_are_not_there(make_mailed, stranger):
    one, other = make_mailed("One", people=12, clicks=0), make_mailed("Other", people=12, clicks=0)
    query = f"?c={one.campaign.pk}&c={other.campaign.pk}"
    assert "One" not in stranger.get(f"/campaigns/compare/{query}").text
    lines = b"".join(stranger.get(f"/campaigns/compare.csv{query}").streaming_content)
    assert lines.count(b"\r\n") == 1


def test_the_file_has_a_line_for_each(make_mailed, alice):
    one, other = (
        make_mailed("One", people=40, clicks=30),
        make_mailed("=Other", people=40, clicks=4),
    )
    answer = alice.get(f"/campaigns/compare.csv?c={one.campaign.pk}&c={other.campaign.pk}")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").split("\r\n")
    assert answer["Content-Type"].startswith("text/csv")
    assert lines[1].startswith("One,Hello,")
    assert ",30,75.0,59.81,85.81," in lines[1]
    assert lines[2].startswith("'=Other,")


def test_totals_of_a_few_are_not_shown(make_mailed, alice):
    one = make_mailed("One", people=12, clicks=0, unknown=9)
    other = make_mailed("Other", people=12, clicks=0, unknown=10)
    page = alice.get(f"/campaigns/compare/?c={one.campaign.pk}&c={other.campaign.pk}").text
    assert page.count("too few to show") == 1
    assert "0 image loads, 0 clicks from 10 mails" in page


def test_comparing_five_takes_the_queries_of_comparing_two(
    make_mailed, alice, django_assert_num_queries
):
    scenes = [make_mailed(f"N{number}", people=2, clicks=1) for number in range(5)]
    query = "&".join(f"c={scene.campaign.pk}" for scene in scenes)
    # Session, member, workspace, fence; campaigns, lists; what is offered; ledger, hits, people,
    # left.
    with django_assert_num_queries(13):
        alice.get(f"/campaigns/compare/?{query}")


def test_harm_is_marked_where_it_is_least(make_mailed):
    good, bad = make_mailed("Good", people=60, clicks=0), make_mailed("Bad", people=60, clicks=0)
    rows = Delivery.objects.filter(campaign=bad.campaign).values_list("pk", flat=True)[:30]
    Delivery.objects.filter(pk__in=list(rows)).update(complained_at=timezone.now())
    row = compared(good, bad).row("complained")
    assert [cell.mark for cell in row.cells] == ["best", ""]
