"""People are found by the beginnings of words: of addresses, names and text fields."""

from typing import Any

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from campaigns.audience import browsing, finding, querysets
from campaigns.audience.models import Contact, Unworded, Wording
from tests import world


@pytest.fixture
def people(workspace):
    rows: dict[str, dict[str, Any]] = {
        "zoe": {
            "email": "zoe.okafor+news@mail.example.com",
            "first_name": "Zoë",
            "last_name": "O'Brien",
        },
        "juergen": {
            "email": "jm@xn--bcher-kva.example",
            "first_name": "Jürgen",
            "last_name": "Müller-Lüdenscheidt",
            "fields": {"company": "Ånäs & Söner AB", "size": 250, "vip": True},
        },
        "ivan": {"email": "ivan_42@mail.example.org", "first_name": "Иван", "last_name": "Й"},
    }
    return {name: world.make_contact(workspace, **values) for name, values in rows.items()}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("zoe", "zoe"),
        ("ZOË", "zoe"),
        ("zo", "zoe"),
        ("okaf", "zoe"),
        ("brien", "zoe"),
        ("o'bri", "zoe"),
        ("zoe.okafor+news@mail.example.com", "zoe"),
        ("okafor+news@mai", "zoe"),
        ("mail.example.com", "zoe"),
        ("mail.ex", "zoe ivan"),
        ("zoe brien", "zoe"),
        ("zoe muller", ""),
        ("muller", "juergen"),
        ("müller-lü", "juergen"),
        ("ludensch", "juergen"),
        ("bücher.example", "juergen"),
        ("jm@bücher.example", "juergen"),
        ("anas soner", "juergen"),
        ("Åna", "juergen"),
        ("250", ""),
        ("company", ""),
        ("иван", "ivan"),
        ("И", "ivan"),
        ("ivan_4", "ivan"),
        ("oe", ""),
        ("%", ""),
        ("' | 'zoe", "zoe"),
        (":* !", ""),
    ],
)
def test_words_are_found_by_their_beginnings(people, text, found):
    mine = Contact.objects.matching(text)
    assert {contact.email for contact in mine} == {people[name].email for name in found.split()}


@pytest.mark.django_db
@given(st.text(max_size=40))
def test_whatever_is_typed_has_an_answer(text):
    list(Contact.objects.matching(text))


def test_so_many_words_are_read_and_no_more():
    (word,) = finding.conditions("a" * 5000)
    assert word.count("a") <= 400
    assert len(finding.conditions("-".join("abc" for _n in range(90)))) == finding.MOST_WORDS


def test_a_search_that_finds_too_many_says_so_and_shows_some(alice, workspace, monkeypatch):
    monkeypatch.setattr(browsing, "MOST_FOUND", 3)
    readers = world.make_list(workspace)
    for _n in range(5):
        world.make_contact(workspace, on=readers, first_name="Ann")
    for address in (reverse("audience:contacts"), reverse("audience:list", args=[readers.pk])):
        response = alice.get(address, {"q": "ann", "sort": "email"})
        assert "Type more letters" in response.text
        assert len(response.context["page"]) == 4
        assert "Type more letters" not in alice.get(address, {"q": "bob"}).text


@pytest.mark.parametrize(("others", "found"), [(0, {3, 4, 5, 6}), (3, None)])
def test_what_nearly_all_have_is_looked_for_among_the_newest(
    workspace, monkeypatch, django_assert_num_queries, others, found
):
    monkeypatch.setattr(querysets, "PROBED", 4)
    anns = [world.make_contact(workspace, first_name="Ann").pk for _n in range(7)]
    for _n in range(others):
        world.make_contact(workspace, first_name="Bob")
    with django_assert_num_queries(5):
        ids = set(workspace.contacts.first_found("ann", 4).values_list("pk", flat=True))
    assert len(ids) == 4
    assert ids <= set(anns) if found is None else ids == {anns[n] for n in found}


def test_the_few_people_of_a_workspace_are_read_and_no_index_of_all_workspaces(
    workspace, django_assert_num_queries
):
    ann, _bob = (world.make_contact(workspace, first_name=name) for name in ("Ann", "Bob"))
    world.make_contact(world.make_workspace(), first_name="Ann")
    with django_assert_num_queries(3):
        assert list(workspace.contacts.first_found("ann", 10)) == [ann]


@pytest.mark.parametrize(
    ("text", "indexed", "found"),
    [
        ("ann 7", ["7"], {1}),
        ("7 ann exam", ["7"], {1}),
        ("zoe 7", ["zoe", "7"], {0}),
    ],
)
def test_of_several_words_the_rarer_ones_are_asked_of_the_index(
    workspace, monkeypatch, django_assert_num_queries, text, indexed, found
):
    monkeypatch.setattr(querysets, "PROBED", 4)
    names = ["Zoe 7", "Ann 7", "Ann 3", "Ann 4", "Ann 5", "Ann 6", "Bob 6"]
    people = [world.make_contact(workspace, first_name=name) for name in names]
    with django_assert_num_queries(5) as asked:
        ids = set(workspace.contacts.first_found(text, 6).values_list("pk", flat=True))
    assert ids == {people[number].pk for number in found}
    condition = " & ".join(f"''{word}'':*" for word in indexed)
    of_the_index, _, of_each = asked[3]["sql"].partition("CASE WHEN")
    assert f"@@ (to_tsquery('simple'::regconfig, '{condition}'))" in of_the_index
    assert bool(of_each) == (len(indexed) < len(text.split()))
    # A planner that knows how few are wanted may go through all people in the hope of them.
    assert asked[3]["sql"].endswith("LIMIT (SELECT 6)")


@pytest.mark.django_db
@given(
    st.lists(st.lists(st.sampled_from(("ann", "anna", "bo", "7")), max_size=3), max_size=9),
    st.lists(st.sampled_from(("an", "anna", "b", "7", "exam")), min_size=1, max_size=3),
    st.integers(0, 9),
)
def test_who_is_found_first_is_who_is_found_at_all(names, typed, noted):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(querysets, "PROBED", 4)
        workspace = world.make_workspace()
        ids = [world.make_contact(workspace, first_name=" ".join(words)).pk for words in names]
        if later := ids[noted:]:
            Wording.objects.filter(contact__in=later).delete()
            Unworded.objects.create(workspace=workspace, first_id=later[0], last_id=later[-1])
        text = " ".join(typed)
        found = {
            pk
            for pk, words in zip(ids, names, strict=True)
            if all(any(word.startswith(start) for word in (*words, "example")) for start in typed)
        }
        assert set(workspace.contacts.matching(text).values_list("pk", flat=True)) == found
        assert set(workspace.contacts.first_found(text, 9).values_list("pk", flat=True)) == found
        some = set(workspace.contacts.first_found(text, 2).values_list("pk", flat=True))
        assert some <= found and len(some) == min(2, len(found))


def test_a_file_of_a_search_has_everybody(workspace, monkeypatch):
    monkeypatch.setattr(browsing, "MOST_FOUND", 3)
    for _n in range(5):
        world.make_contact(workspace, first_name="Ann")
    assert browsing.browse(workspace.contacts.all(), {"q": "ann"}, whole=True).count() == 5


def test_a_search_keeps_to_the_filters_and_the_workspace(alice, workspace, people):
    readers = world.make_list(workspace)
    ann = world.make_contact(workspace, on=readers, first_name="Zoe")
    world.make_contact(world.make_workspace(), first_name="Zoe")
    response = alice.get(reverse("audience:contacts"), {"q": "zoe", "list": readers.pk})
    assert list(response.context["page"]) == [ann]
    response = alice.get(reverse("audience:contacts"), {"q": "zoe"})
    assert set(response.context["page"]) == {ann, people["zoe"]}
