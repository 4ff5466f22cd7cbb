"""Members look for duplicates, see two contacts side by side, and make them one."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils.html import escape

from campaigns.accounts.models import AuditEntry, Member
from campaigns.audience import suppression
from campaigns.audience.duplicates import looking
from campaigns.audience.models import Contact, Field, Resemblance
from tests import world
from tests.audience.duplicates.pairs import put_on, two
from tests.audience.turning import turn


def address(name, *args):
    return reverse(f"audience:{name}", args=args)


@pytest.fixture
def pair(workspace):
    kept, gone = two(workspace, fields={"size": 40, "old": "x"})
    Field.objects.create(workspace=workspace, key="size", label="Shoe size", kind="number")
    gone.fields = {"size": 42}
    gone.save(update_fields=["fields"])
    return kept, gone


def filled(alice, one, other, **choices):
    """The page as it is, with these chosen."""
    page = alice.get(address("merge_contacts", one.pk, other.pk))
    form = page.context["form"]
    return {"seen": form["seen"].value(), **{name: form[name].value() for name in form.fields}} | {
        name: str(side.pk) for name, side in choices.items()
    }


def test_duplicates_are_looked_for_behind_the_page_and_shown_with_their_reason(
    alice, pair, workspace, django_capture_on_commit_callbacks
):
    assert "Nobody has looked for duplicates yet" in alice.get(address("duplicates")).text
    alice.post(address("look_for_duplicates"))
    assert 'hx-trigger="every 2s"' in alice.get(address("duplicates")).text
    assert looking.look(workspace.pk)
    page = alice.get(address("duplicates"), {"reason": "gmail"}).text
    assert "annray@gmail.com" in page and "The same mailbox at Gmail" in page
    assert 'hx-trigger="every 2s"' not in page
    assert "annray" not in alice.get(address("duplicates"), {"reason": "name"}).text
    assert "ann.ray@gmail.com" in alice.get(address("contact", pair[0].pk)).text


def test_two_people_are_not_shown_again(alice, pair, workspace):
    looking.ask(workspace)
    looking.look(workspace.pk)
    row = Resemblance.objects.get(first__in=pair, second__in=pair)
    alice.post(address("not_the_same"), {"pair": row.pk})
    assert "annray" not in alice.get(address("duplicates")).text


def test_all_that_are_ticked_are_two_people_and_of_others_nothing_is_said(alice, workspace):
    strangers = world.make_workspace()
    for house in (workspace, strangers):
        for number in range(3):
            world.make_contact(house, email=f"box{number}@x.org")
            world.make_contact(house, email=f"box{number}+1@x.org")
        looking.ask(house)
        looking.look(house.pk)
    left, *ticked = workspace.resemblances.order_by("pk")
    theirs = strangers.resemblances.first()
    alice.post(address("not_the_same"), {"pair": [row.pk for row in (*ticked, theirs)]})
    assert list(looking.open_ones(workspace)) == [left]
    assert looking.open_ones(strangers).count() == 3


@pytest.mark.parametrize("sort", ["", "one", "-one", "other", "-other", "-sureness", "x"])
def test_every_pair_is_on_one_page_forwards_and_backwards(alice, workspace, monkeypatch, sort):
    monkeypatch.setattr("campaigns.audience.duplicates.turning.PER_PAGE", 3)
    for number in range(4):
        for email in (f"b{number}@x.org", f"b{number}+1@x.org", f"other{number}@x.org"):
            world.make_contact(workspace, email=email, first_name=f"Ann{number}", last_name="Ray")
    looking.ask(workspace)
    looking.look(workspace.pk)
    pairs = sorted(looking.open_ones(workspace).values_list("pk", flat=True))
    forwards, last = turn(alice, address("duplicates"), sort)
    assert sorted(pk for page in forwards for pk in page) == pairs
    assert len(forwards) > 3
    backwards, first = turn(alice, address("duplicates"), sort, last.previous, "previous")
    assert list(reversed(backwards)) == forwards[:-1]
    rows = list(first)
    if sort.removeprefix("-") in {"one", "other"}:
        side = "first" if "one" in sort else "second"
        emails = [getattr(row, side).email_key for row in rows]
        assert emails == sorted(emails, reverse=sort.startswith("-"))
    else:
        assert {row.reason for row in rows} == {"name" if sort == "-sureness" else "tagged"}


def test_the_other_is_found_by_words_and_never_themselves(alice, pair):
    page = alice.get(address("find_other", pair[0].pk), {"q": "ann"}).text
    assert address("merge_contacts", pair[0].pk, pair[1].pk) in page
    assert address("merge_contacts", pair[0].pk, pair[0].pk) not in page
    assert alice.get(address("merge_contacts", pair[0].pk, pair[0].pk)).status_code == 404


def test_both_are_side_by_side_with_what_becomes_of_them(alice, pair, workspace):
    news = world.make_list(workspace, name="News & views")
    put_on(pair[0], news, "subscribed")
    put_on(pair[1], news, "unsubscribed")
    text = alice.get(address("merge_contacts", pair[0].pk, pair[1].pk)).text
    row = text[text.index(escape("News & views")) :].partition("</tr>")[0]
    assert row.index("Subscribed") < row.index("Unsubscribed") < row.rindex("Unsubscribed")
    assert "Shoe size" in text and "They cannot be taken apart again" in text


def test_what_is_chosen_is_kept(alice, pair):
    kept, gone = pair
    data = filled(alice, kept, gone, keep=gone, first_name=gone, **{"field:size": kept})
    response = alice.post(address("merge_contacts", kept.pk, gone.pk), data)
    assert response.url == address("contact", gone.pk)
    one = Contact.objects.get()
    assert (one.email, one.first_name) == ("ann.ray@gmail.com", "Ann")
    assert one.fields == {"size": 40, "old": "x"}
    assert AuditEntry.objects.get(action="contacts_merged").details["merged"] == kept.pk
    # An old address of the page leads to the one person.
    assert alice.get(address("contact", kept.pk)).url == address("contact", gone.pk)


def test_who_changed_since_the_page_was_made_is_shown_again(alice, pair):
    data = filled(alice, *pair)
    pair[1].save(update_fields=["first_name", "updated_at"])
    response = alice.post(address("merge_contacts", pair[0].pk, pair[1].pk), data, follow=True)
    assert "changed meanwhile" in response.text and Contact.objects.count() == 2


def test_nothing_happens_without_a_choice_or_for_a_reader(alice, pair, workspace, client):
    to = address("merge_contacts", pair[0].pk, pair[1].pk)
    assert alice.post(to, {}).status_code == 422
    client.force_login(world.make_member(workspace, role=Member.Role.READER))
    assert client.get(to).status_code == 200
    assert client.post(to, {"keep": pair[0].pk}).status_code == 403
    assert Contact.objects.count() == 2


def test_an_address_that_is_mailed_and_written_well_is_proposed(alice, workspace):
    wrong = world.make_contact(workspace, email="jo@gmial.com")
    right = world.make_contact(workspace, email="jo@gmail.com")
    page = alice.get(address("merge_contacts", wrong.pk, right.pk))
    assert page.context["form"]["keep"].value() == str(right.pk)


def test_all_reasons_why_either_is_not_mailed_are_shown(alice, pair, workspace):
    for reason in ("hard_bounce", "manual"):
        suppression.suppress(workspace.pk, [pair[1].fingerprint], reason)
    suppression.suppress_domains(workspace.pk, ["gmail.com"])
    text = alice.get(address("merge_contacts", pair[0].pk, pair[1].pk)).text
    row = text[text.index("Not mailed") :].partition("</tr>")[0]
    assert "The address does not exist · Added by a member · Nothing is mailed to its" in row
    assert row.count("Nothing is mailed to its domain") == 2
