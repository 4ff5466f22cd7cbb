"""What a campaign said before: kept at every save, compared, brought back, and thinned."""

import json
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.composing import editing
from campaigns.composing.history import comparing, keeping, reading
from campaigns.composing.history.models import Version
from campaigns.composing.models import Campaign
from tests import world
from tests.composing.test_views import HTMX, form_data, url


@pytest.fixture
def campaign(workspace):
    return world.make_campaign(workspace, subject="News", body="First")


def save(campaign, user, *, tab="one", **values):
    now = Campaign.objects.get(pk=campaign.pk)
    return editing.save(now, values, editing.Page(now.version, tab, user))


def bodies(campaign):
    return list(campaign.versions.newest_first().values_list("body", flat=True))


def age(campaign, **by):
    """Make the newest version as old as that."""
    newest = campaign.versions.newest_first()[:1]
    then = timezone.now() - timedelta(**by)
    Version.objects.filter(pk__in=newest.values("pk")).update(began_at=then, saved_at=then)


def test_a_save_keeps_what_was_and_what_is(campaign, member):
    save(campaign, member, body="Second")
    newest, first = campaign.versions.newest_first()
    assert (newest.body, newest.saved_by, newest.number) == ("Second", member, 2)
    assert (first.body, first.saved_by, first.number) == ("First", None, 1)


def test_pauses_in_typing_join_one_version(campaign, member):
    for body in ("Second", "Second t", "Second try"):
        save(campaign, member, body=body)
    assert bodies(campaign) == ["Second try", "First"]


def test_a_version_lasts_no_longer_than_two_minutes(campaign, member):
    save(campaign, member, body="Second")
    age(campaign, minutes=3)
    save(campaign, member, body="Third")
    assert bodies(campaign) == ["Third", "Second", "First"]


def test_another_page_and_another_way_of_writing_begin_a_version(campaign, member):
    save(campaign, member, body="Second")
    save(campaign, member, body="Third", tab="two")
    save(campaign, member, body="<p>Third</p>", format="html", tab="two")
    assert bodies(campaign) == ["<p>Third</p>", "Third", "Second", "First"]


def test_a_save_that_changes_nothing_of_it_makes_no_version(campaign, member):
    save(campaign, member, name="Another name", tab="two")
    assert bodies(campaign) == ["First"]


def test_bringing_back_is_a_new_version_and_loses_nothing(alice, campaign, member):
    save(campaign, member, body="Second", subject="Other")
    response = alice.post(f"{url('versions', campaign)}1/restore/")
    assert response.url == url("edit", campaign)
    campaign.refresh_from_db()
    assert (campaign.body, campaign.subject) == ("First", "News")
    assert bodies(campaign) == ["First", "Second", "First"]
    assert campaign.versions.newest_first()[0].restored == 1


def test_an_open_page_is_told_that_a_version_was_brought_back(alice, campaign):
    data = form_data(campaign, body="Second")
    alice.post(url("edit", campaign), data, headers=HTMX)
    alice.post(f"{url('versions', campaign)}1/restore/")
    page = alice.post(url("edit", campaign), data | {"body": "Third"}, headers=HTMX)
    assert "Somebody else has changed this campaign" in page.content.decode()
    campaign.refresh_from_db()
    assert campaign.body == "First"


def test_what_is_on_its_way_is_not_brought_back(alice, campaign, member):
    save(campaign, member, body="Second")
    Campaign.objects.filter(pk=campaign.pk).update(status="sending")
    page = alice.post(f"{url('versions', campaign)}1/restore/", follow=True).content.decode()
    assert "cannot change any more" in page
    campaign.refresh_from_db()
    assert campaign.body == "Second"


def test_the_pages_tell_who_saved_what(alice, campaign, member):
    save(campaign, member, body="First & second")
    page = alice.get(url("versions", campaign)).content.decode()
    assert str(member) in page
    changed = alice.get(f"{url('versions', campaign)}2/").content.decode()
    assert "<mark> &amp; second</mark>" in changed
    back = alice.get(f"{url('versions', campaign)}1/", {"from": "now"}).content.decode()
    assert 'class="is-removed"' in back


def test_what_a_page_holds_is_compared_and_not_saved(alice, campaign):
    data = form_data(campaign, body="Second")
    page = alice.post(f"{url('versions', campaign)}compare/", data).content.decode()
    assert "<mark>Second</mark>" in page
    campaign.refresh_from_db()
    assert campaign.body == "First"
    assert not campaign.versions.exists()


def test_of_days_long_gone_the_last_version_is_kept(campaign, member):
    for number, days in enumerate((40, 40, 40, 35, 10, 10)):
        save(campaign, member, body=f"Body {number}", tab=f"tab {number}")
        age(campaign, days=days)
    Version.objects.filter(number=1).delete()
    save(campaign, member, body="Now", tab="now")
    assert bodies(campaign) == ["Now", "Body 5", "Body 4", "Body 3", "Body 2"]


def test_there_is_an_end_to_them(campaign, member, monkeypatch):
    monkeypatch.setattr("campaigns.composing.history.querysets.MOST_KEPT", 3)
    for number in range(6):
        save(campaign, member, body=f"Body {number}", tab=f"tab {number}")
    assert bodies(campaign) == ["Body 5", "Body 4", "Body 3"]


def test_blocks_read_as_words():
    words = '<h1>Hi</h1><p>To <strong>all</strong> and <a href="https://example.com">you</a></p>'
    blocks = [
        {"type": "text", "html": words},
        {"type": "columns", "columns": [[{"type": "button", "label": "Go"}], []]},
    ]
    body = json.dumps({"version": 1, "blocks": blocks})
    said = keeping.said(Version(format="blocks", body=body))
    found = reading.lines(said)
    assert "1# Hi" in found
    assert "To **all** and you <https://example.com>" in found
    assert "  | [button] label: Go, href: , align: left, wide: False" in found


def shown(before, after):
    return [
        (line.kind, "".join(piece.text for piece in line.pieces) or line.count)
        for line in comparing.difference(before, after)
    ]


def test_only_what_differs_is_shown_with_a_little_around_it():
    before = [str(number) for number in range(20)]
    after = [*before[:10], "new", *before[10:]]
    assert shown(before, after) == [
        ("skipped", 8),
        ("same", "8"),
        ("same", "9"),
        ("added", "new"),
        ("same", "10"),
        ("same", "11"),
        ("skipped", 8),
    ]


def test_what_is_alike_differs_in_nothing():
    assert comparing.difference(["a", "b"], ["a", "b"]) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([f"x{n % 7}" for n in range(5_000)], [f"x{n % 5}" for n in range(5_000)]),
        ([f"x{n % 7}" for n in range(1_900)], [f"x{n % 5}" for n in range(2_000)]),
        (["a b " * 250_000], ["b a " * 250_000]),
    ],
)
def test_the_worst_texts_are_compared_in_time(before, after):
    began = time.process_time()
    assert comparing.difference(before, after)
    assert time.process_time() - began < 5
