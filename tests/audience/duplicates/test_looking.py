"""Contacts that may be one person are found all at once, each pair with its reason."""

from __future__ import annotations

import pytest
from django.utils import timezone

from campaigns.audience.duplicates import looking
from campaigns.audience.models import Contact, Resemblance, ResemblanceLook
from tests import world


def people(workspace, *emails, **fields):
    return [world.make_contact(workspace, email=email, **fields) for email in emails]


def found(workspace):
    looking.ask(workspace)
    assert looking.look(workspace.pk)
    return [(one.first.email, one.second.email, one.reason) for one in looking.open_ones(workspace)]


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ("ann.ray@gmail.com", "annray@gmail.com", "gmail"),
        ("annray+shop@gmail.com", "a.n.n.ray@gmail.com", "gmail"),
        ("ann@googlemail.com", "ann@gmail.com", "gmail"),
        ("Ann@Acme.example", "ann+news@acme.example", "tagged"),
        ("ann@gmial.com", "ann@gmail.com", "mistyped"),
        ("a.nn@gmial.com", "ann+x@gmail.com", "mistyped"),
    ],
)
def test_addresses_of_one_mailbox_are_found(workspace, one, other, reason):
    people(workspace, one, other, "bob@gmail.com")
    assert found(workspace) == [(one, other, reason)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # Dots mean something elsewhere, and nothing stands before this plus sign.
        ("ann.ray@acme.example", "annray@acme.example"),
        ("+1@acme.example", "+2@acme.example"),
        ("ann@acme.example", "ann@other.example"),
        ("ann@mail.com", "ann@gmail.com"),
    ],
)
def test_addresses_of_two_people_are_not(workspace, one, other):
    people(workspace, one, other)
    assert found(workspace) == []


def test_namesakes_are_found_at_one_domain_unless_they_are_many(workspace):
    people(workspace, "a@x.org", "b@x.org", "c@y.org", first_name="Ann", last_name="Ray")
    people(workspace, "d@x.org", "e@x.org", first_name="ann", last_name="RAY")
    many = [f"{n}@z.org" for n in range(6)]
    people(workspace, *many, first_name="Jo", last_name="Li")
    people(workspace, "f@x.org", "g@x.org", first_name="Ann")
    pairs = found(workspace)
    assert {reason for _one, _other, reason in pairs} == {"name"}
    assert {email for pair in pairs for email in pair[:2]} == {
        "a@x.org",
        "b@x.org",
        "d@x.org",
        "e@x.org",
    }


def test_the_surer_reason_is_told_and_comes_first(workspace):
    people(workspace, "ann@x.org", "bob@x.org", first_name="Ann", last_name="Ray")
    people(workspace, "jo@gmail.com", "j.o@gmail.com", first_name="Jo", last_name="Li")
    assert [reason for _one, _other, reason in found(workspace)] == ["gmail", "name"]


def test_a_mailbox_with_very_many_addresses_makes_a_few_pairs_of_each(workspace):
    people(workspace, *(f"trap+{n}@x.org" for n in range(20)))
    assert len(found(workspace)) == 3 * 20 - 6


def test_who_is_not_the_same_person_is_never_asked_about_again(workspace, member):
    people(workspace, "ann@x.org", "ann+1@x.org")
    found(workspace)
    [pair] = Resemblance.objects.values_list("pk", flat=True)
    assert looking.dismiss(workspace, [pair], member) == 1
    assert looking.dismiss(workspace, [pair], member) == 0
    assert found(workspace) == []
    assert Resemblance.objects.get().dismissed_by == member


def test_what_is_not_so_any_more_is_let_go(workspace):
    one, other = people(workspace, "ann@x.org", "ann+1@x.org")
    found(workspace)
    Contact.objects.filter(pk=other.pk).update(email_key="bob@x.org")
    assert found(workspace) == [] and not Resemblance.objects.exists()
    Contact.objects.filter(pk=other.pk).update(email_key="ann+1@x.org")
    assert len(found(workspace)) == 1
    Contact.objects.filter(pk=one.pk).delete()
    assert not looking.open_ones(workspace).exists()


def test_other_workspaces_are_left_alone(workspace):
    other = world.make_workspace()
    people(workspace, "ann@x.org")
    people(other, "ann+1@x.org", "ann+2@x.org")
    assert found(workspace) == [] and len(found(other)) == 1
    assert found(workspace) == [] and looking.open_ones(other).count() == 1


def test_a_look_is_done_once_for_all_who_asked_and_again_when_it_is_old(workspace):
    looking.ask(workspace)
    looking.ask(workspace)
    rings: list[int] = []
    assert looking.resume(rings.append) == 1 and rings == [workspace.pk]
    assert looking.look(workspace.pk) and not looking.look(workspace.pk)
    looking.renew()
    assert looking.resume(rings.append) == 0
    past = timezone.now() - 2 * looking.LASTS
    ResemblanceLook.objects.update(looked_at=past, asked_at=past)
    looking.renew()
    assert looking.resume(rings.append) == 1


def test_no_more_are_kept_than_anybody_looks_through(workspace, monkeypatch):
    monkeypatch.setattr(looking, "MOST", 2)
    people(workspace, *(f"ann+{n}@x.org" for n in range(5)))
    assert len(found(workspace)) == 3
    assert ResemblanceLook.objects.get().is_cut
