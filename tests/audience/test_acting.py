"""People are found by what they did with a campaign, as far as it may be known."""

import pytest
from django.urls import reverse

from campaigns.accounts import keyset
from campaigns.audience import consent
from campaigns.audience.models import ConsentEntry
from tests import world
from tests.tracking.hitting import fill, make_hit
from tracking import draining, links
from tracking.tokens import Mode, Token

pytestmark = pytest.mark.django_db
SCANNER = "Barracuda Sentinel (EE)"


@pytest.fixture
def campaign(workspace):
    one = world.make_campaign(workspace, name="June news")
    links.register(one.pk, workspace.pk, ["https://a.example", "https://b.example"])
    return one


@pytest.fixture
def people(workspace, campaign, tmp_path):
    """Ann opened; Bob clicked the first link, Cid the second; Dee and a machine did nothing."""
    named = {
        name: world.make_contact(workspace, email=f"{name}@example.com", measuring="granted")
        for name in ("ann", "bob", "cid", "dee")
    }
    mails = {
        name: Token(campaign.pk, 700 + number, contact.pk, 0, Mode.INDIVIDUAL)
        for number, (name, contact) in enumerate(named.items())
    }
    other = world.make_campaign(workspace)
    links.register(other.pk, workspace.pk, ["https://a.example"])
    elsewhere = Token(other.pk, 800, named["dee"].pk, 0, Mode.INDIVIDUAL)
    made = [
        make_hit(mails["ann"]),
        make_hit(mails["bob"], 1, after=60),
        make_hit(mails["cid"], 2, after=120),
        make_hit(mails["dee"], 1, after=180, agent=SCANNER),
        make_hit(elsewhere, 1, after=240),
    ]
    fill(tmp_path / "spool", made)
    draining.drain(tmp_path / "spool")
    return named


def found(client, query):
    page = client.get(reverse("audience:contacts") + f"?sort=email&{query}").context["page"]
    return " ".join(contact.email.removesuffix("@example.com") for contact in page)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("did=opened", "ann bob cid"),
        ("did=clicked", "bob cid"),
        ("did=clicked&link=1", "bob"),
        ("did=clicked&link=2", "cid"),
        ("did=clicked&link=9", ""),
        ("did=clicked&q=bob", "bob"),
        ("did=nonsense", ""),
    ],
)
def test_people_are_found_by_what_they_did(alice, campaign, people, query, names):
    assert found(alice, f"{query}&campaign={campaign.pk}") == names


def test_the_page_says_whom_it_shows(alice, campaign, people):
    address = reverse("audience:contacts") + f"?did=clicked&campaign={campaign.pk}&link=2"
    assert "known to have clicked link 2 in “June news”" in alice.get(address).text


def test_a_campaign_of_others_tells_nothing(alice, people):
    strange = world.make_campaign(world.make_workspace())
    for number in (str(strange.pk), "0", "9" * 30, "-1", "x"):
        assert found(alice, f"did=opened&campaign={number}") == ""


def test_who_withdraws_is_not_found_any_more(alice, campaign, people):
    consent.refuse(people["bob"], consent.Evidence(ConsentEntry.Source.MEMBER))
    assert found(alice, f"did=clicked&campaign={campaign.pk}") == "cid"


def test_more_than_are_counted_are_not_counted(alice, campaign, people, monkeypatch):
    monkeypatch.setattr(keyset, "COUNTED", 2)
    address = reverse("audience:contacts") + f"?did=opened&campaign={campaign.pk}"
    answer = alice.get(address)
    assert not answer.context["page"].is_counted
    assert "More than 2 rows" in answer.text


def test_the_report_leads_to_the_contacts(alice, campaign):
    address = reverse("reports:recipients", args=[campaign.pk])
    assert f"did=opened&amp;campaign={campaign.pk}" in alice.get(f"{address}?show=opened").text
    assert (
        f"did=clicked&amp;campaign={campaign.pk}&amp;link=2" in alice.get(f"{address}?link=2").text
    )
