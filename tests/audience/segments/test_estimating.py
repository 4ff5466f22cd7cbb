"""Of many people a question's number is estimated first, and counted after that."""

import pytest
from django.db import connection

from campaigns.audience.segments import compiling, counting, estimating
from tests import world

pytestmark = pytest.mark.django_db
MANY = 60_000
# Two of five in Chile; one of six thousand is called Zoe.
PEOPLE = """
INSERT INTO audience_contact (
    workspace_id, email, email_key, fingerprint, first_name, last_name, language, time_zone,
    country, fields, measuring, consent_epoch, created_at, updated_at)
SELECT %s, n || '@example.com', n || '@example.com', decode(lpad(to_hex(n), 32, '0'), 'hex'),
       CASE WHEN n %% 6000 = 0 THEN 'Zoe' ELSE '' END, '', '', '',
       CASE WHEN n %% 5 < 2 THEN 'CL' ELSE '' END, '{}', 'unknown', 0, now(), now()
  FROM generate_series(1, %s) AS n
"""


def asking(what, how, **values):
    return compiling.read({"match": "all", "of": [{"what": what, "how": how, **values}]})


@pytest.fixture
def crowd(workspace):
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE, [workspace.pk, MANY])
    return workspace


def in_chile():
    return asking("country", "is", values=["CL"])


def test_of_many_people_there_is_an_estimate_and_on_asking_again_the_number(crowd):
    first = counting.look(crowd, in_chile())
    assert first.people is None and first.may_be_counted and first.about
    assert first.about.least <= 24_000 <= first.about.most
    assert first.about.most - first.about.least < 3_000
    assert len(first.sample) == counting.SAMPLE
    assert {contact.country for contact in first.sample} == {"CL"}
    counted = counting.look(crowd, in_chile(), exact=True)
    assert counted.people == 24_000 and not counted.may_be_counted


def test_the_same_people_are_asked_each_time(crowd):
    assert counting.look(crowd, in_chile()).about == counting.look(crowd, in_chile()).about


def test_few_people_are_counted_at_once_and_shown(crowd):
    found = counting.look(crowd, asking("first_name", "is", value="zoe"))
    assert found.people == 10
    assert {contact.first_name for contact in found.sample} == {"Zoe"}


def test_nobody_is_counted_as_nobody(crowd):
    found = counting.look(crowd, asking("country", "is", values=["PE"]))
    assert found.people == 0 and not found.sample


def test_where_nobody_of_those_asked_is_found_there_are_bounds(crowd):
    found = estimating.ask(crowd, asking("country", "is", values=["PE"]))
    assert found is not None
    assert found.people.number == found.people.least == 0
    assert 10 <= found.people.most <= 100


def test_of_people_whose_deeds_are_not_recorded_their_number_is_estimated_too(crowd):
    found = counting.look(crowd, asking("seen", "never"))
    assert found.people == 0
    assert found.about_unseen is not None
    assert found.about_unseen.most == MANY


def test_what_is_asked_for_and_gone_finds_nobody(crowd):
    gone = compiling.read({"match": "none", "of": [{"what": "tag", "how": "has", "tag": 12345}]})
    assert counting.look(crowd, gone).people == 0


def test_a_crowd_of_others_does_not_hide_our_few(crowd):
    ours = world.make_workspace()
    world.make_contact(ours, country="CL")
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE.replace("n ||", "'x' || n ||"), [crowd.pk, MANY])
    world.make_contact(ours, country="CL")
    assert estimating.ask(ours, in_chile()) is None
    assert counting.look(ours, in_chile()).people == 2


def test_the_builder_says_about_how_many_and_asks_again(alice, crowd):
    form = {"m-": "all", "w-0": "country", "h-0": "is", "v-0-values": ["CL"]}
    first = alice.post("/segments/new/", form).text
    assert "about <strong>" in first and "Being counted" in first
    exact = alice.post("/segments/new/", form | {"exact": "yes"}).text
    assert "<strong>24,000</strong> people" in exact and "Being counted" not in exact
