"""Two contacts become one person, who is mailed and measured no more than either was."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from campaigns.audience import changing, suppression, tags
from campaigns.audience.bulk import people, running
from campaigns.audience.duplicates import uniting
from campaigns.audience.models import (
    Change,
    Contact,
    ImportBefore,
    Merger,
    Purpose,
    Subscription,
    Suppression,
)
from campaigns.reports import story
from tests import world
from tests.audience.duplicates.pairs import newest, put_on, say, status_on, two, unite


def test_what_was_kept_of_the_other_is_theirs(workspace, member):
    kept, gone = two(workspace)
    tags.add(kept, "Press")
    changing.tag(gone, "press", member)
    changing.tag(gone, "VIP", member)
    gone.notes.create(workspace=workspace, text="Met in Ghent", author=member)
    unite(kept, gone, member, first_name="Ann")
    assert not Contact.objects.filter(pk=gone.pk).exists()
    assert sorted(kept.taggings.values_list("tag__name", flat=True)) == ["Press", "VIP"]
    assert [note.text for note in kept.notes.all()] == ["Met in Ghent"]
    kept.refresh_from_db()
    assert (kept.email, kept.first_name) == ("annray@gmail.com", "Ann")
    told = [moment.text for moment in story.of(kept)]
    assert "Merged with ann.ray@gmail.com" in told
    assert "Changed: First name" in told
    assert told.count("Was tagged “VIP”") == 1
    assert kept.changes.filter(what=Change.What.MERGED).get().actor == member


@pytest.mark.parametrize(
    ("mine", "theirs", "stopped", "becomes"),
    [
        ("subscribed", "subscribed", "", "subscribed"),
        ("subscribed", "unsubscribed", "", "unsubscribed"),
        ("unsubscribed", "subscribed", "", "unsubscribed"),
        ("unsubscribed", "unsubscribed", "", "unsubscribed"),
        ("subscribed", "", "", "subscribed"),
        ("", "subscribed", "", "subscribed"),
        ("", "unsubscribed", "", "unsubscribed"),
        # A dead mailbox says nothing of the person; a complaint is theirs.
        ("", "subscribed", Suppression.Reason.HARD_BOUNCE, "subscribed"),
        ("", "subscribed", Suppression.Reason.COMPLAINT, "unsubscribed"),
        ("subscribed", "subscribed", Suppression.Reason.UNSUBSCRIBED_ALL, "unsubscribed"),
        ("subscribed", "", Suppression.Reason.COMPLAINT, "subscribed"),
    ],
)
def test_of_a_list_the_stricter_state_stays(workspace, member, mine, theirs, stopped, becomes):
    kept, gone = two(workspace)
    news = world.make_list(workspace)
    put_on(kept, news, mine)
    put_on(gone, news, theirs)
    if stopped:
        suppression.suppress(workspace.pk, [gone.fingerprint], stopped)
    unite(kept, gone, member)
    assert status_on(kept, news) == becomes
    assert Subscription.objects.filter(list=news).count() == 1
    if theirs:
        said = "granted" if becomes == "subscribed" else "withdrawn"
        assert newest(kept, Purpose.MAIL) == said


def test_a_suppression_stays_with_its_address(workspace, member):
    kept, gone = two(workspace)
    suppression.suppress(workspace.pk, [gone.fingerprint], Suppression.Reason.HARD_BOUNCE)
    unite(kept, gone, member)
    assert suppression.find(workspace.pk, "annray@gmail.com") is None
    assert suppression.find(workspace.pk, "ann.ray@gmail.com") is not None


@pytest.mark.parametrize(
    ("mine", "theirs", "becomes"),
    [
        ("granted", "granted", "granted"),
        ("granted", "unknown", "unknown"),
        ("unknown", "granted", "unknown"),
        ("granted", "withdrawn", "withdrawn"),
        ("withdrawn", "granted", "withdrawn"),
        ("unknown", "withdrawn", "withdrawn"),
        ("unknown", "unknown", "unknown"),
    ],
)
def test_to_be_measured_is_agreed_only_if_both_agreed(workspace, member, mine, theirs, becomes):
    kept, gone = two(workspace)
    say(kept, mine)
    say(gone, theirs)
    lines = kept.consent_entries.count() + gone.consent_entries.count()
    unite(kept, gone, member)
    kept.refresh_from_db()
    assert (kept.measuring, kept.measuring_clicks) == (becomes, "")
    assert kept.consent_entries.count() == lines + (lines > 0)
    if lines:
        assert newest(kept, Purpose.OPENS) == newest(kept, Purpose.CLICKS) == becomes


def test_what_was_said_stays_in_the_ledger_under_its_address(workspace, member):
    kept, gone = two(workspace)
    say(gone, "granted")
    was = gone.consent_entries.get()
    unite(kept, gone, member)
    line = kept.consent_entries.get(state="granted")
    assert (line.at, line.source, line.evidence["address"]) == (was.at, was.source, gone.email)


def test_the_longer_pause_and_the_first_day_stay(workspace, member):
    kept, gone = two(workspace)
    later, long_ago = timezone.now() + timedelta(days=30), timezone.now() - timedelta(days=300)
    Contact.objects.filter(pk=gone.pk).update(paused_until=later, created_at=long_ago)
    unite(kept, gone, member)
    kept.refresh_from_db()
    assert (kept.paused_until, kept.created_at) == (later, long_ago)


def test_what_was_before_an_import_is_kept_once_for_undoing(workspace, member):
    kept, gone = two(workspace)
    news = world.make_list(workspace)
    both, theirs = (workspace.imports.create(list=news) for _ in range(2))
    for of, contact in ((both, kept), (both, gone), (theirs, gone)):
        ImportBefore.objects.create(of=of, contact_id=contact.pk, values={})
    unite(kept, gone, member)
    rows = ImportBefore.objects.order_by("of").values_list("of", "contact_id")
    assert list(rows) == [(both.pk, kept.pk), (theirs.pk, kept.pk)]


def test_who_was_merged_before_is_found_at_the_end_of_the_chain(workspace, member):
    first, second = two(workspace)
    third = world.make_contact(workspace)
    unite(second, first, member)
    unite(third, second, member)
    assert set(Merger.objects.values_list("merged_id", "contact")) == {
        (first.pk, third.pk),
        (second.pk, third.pk),
    }


def test_whoever_changed_meanwhile_is_looked_at_again(workspace, member):
    kept, gone = two(workspace)
    Contact.objects.get(pk=gone.pk).save(update_fields=["first_name", "updated_at"])
    with pytest.raises(uniting.UnitingError):
        uniting.unite(kept, gone, {}, member)
    assert Contact.objects.filter(pk=gone.pk).exists() and not Merger.objects.exists()


def test_nobody_is_merged_with_a_stranger_or_with_themselves(workspace, member):
    kept, _gone = two(workspace)
    stranger = world.make_contact(world.make_workspace())
    for other in (stranger, kept):
        with pytest.raises(uniting.UnitingError):
            uniting.unite(kept, other, {}, member)
    assert Contact.objects.filter(pk__in=[kept.pk, stranger.pk]).count() == 2


def test_all_of_it_happens_or_nothing(workspace, member, monkeypatch):
    kept, gone = two(workspace)
    put_on(gone, world.make_list(workspace), "subscribed")
    say(gone, "granted")

    def fail(union):
        raise ZeroDivisionError

    monkeypatch.setattr(uniting, "_uniters", [fail])
    with pytest.raises(ZeroDivisionError):
        unite(kept, gone, member)
    assert gone.subscriptions.exists() and gone.consent_entries.exists()
    assert not Merger.objects.exists()


def test_each_line_of_the_ledger_keeps_the_first_address_it_was_said_for(workspace, member):
    first, second = two(workspace)
    third = world.make_contact(workspace)
    say(first, "granted")
    unite(second, first, member)
    unite(third, second, member)
    line = third.consent_entries.get(state="granted")
    assert line.evidence["address"] == first.email


def test_undoing_what_was_done_with_both_gives_back_what_was_kept(workspace, member):
    kept, gone = two(workspace)
    Contact.objects.filter(pk=kept.pk).update(country="NL")
    Contact.objects.filter(pk=gone.pk).update(country="DE")
    edit = people.choose(workspace, member, workspace.contacts.all())
    edit.action, edit.values = "set_field", {"field": "country", "value": "BE"}
    edit.save()
    running.start(edit)
    running.run(edit.pk)
    unite(kept, gone, member)
    edit.refresh_from_db()
    assert running.start_undo(edit)
    running.run(edit.pk)
    kept.refresh_from_db()
    assert kept.country == "NL"


@pytest.mark.parametrize("no", ["mine", "theirs"])
def test_what_reading_taught_goes_where_either_said_no(workspace, member, no):
    taught = {"last_seen_on": date(2026, 5, 1), "learned_zone": "Europe/Amsterdam"}
    kept, gone = two(workspace)
    said_no, agreed = (kept, gone) if no == "mine" else (gone, kept)
    say(said_no, "refused")
    say(agreed, "granted")
    Contact.objects.filter(pk=agreed.pk).update(**taught)
    united = unite(kept, gone, member)
    united.refresh_from_db()
    assert (united.last_seen_on, united.learned_zone) == (None, "")
