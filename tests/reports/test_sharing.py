"""Links that show a report to people outside."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.utils import timezone

from campaigns.accounts import guessing
from campaigns.accounts.models import AuditEntry
from campaigns.reports import shared_report, sharing
from campaigns.reports.models import ShareLink
from tests import world
from tests.reports.scene import APPLE, GERMAN

# Of a network in Austria.
AUSTRIAN = "80.120.1.1"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_kept():
    cache.clear()


@pytest.fixture
def many(make_scene):
    """Forty people who may be measured: fifteen clicked the first link, three the second."""
    scene = make_scene(granted=40, unknown=12)
    for person in range(15):
        scene.clicks(person, 1)
    for person in range(3):
        scene.clicks(person, 2, after=5000)
    scene.drain()
    return scene


def path_of(campaign, days=7):
    _link, address = sharing.share(campaign, days=days, by=None)
    return address.partition("8000")[2]


def test_a_member_makes_a_link_and_anybody_opens_it(many, alice, client):
    answer = alice.post(f"/campaigns/{many.campaign.pk}/report/share/", {"days": 30})
    [address] = re.findall(r'value="(http[^"]+)"', answer.text)
    page = Client().get(address.partition("8000")[2])
    assert page.status_code == 200
    assert "15 of 40 people who may be measured" in page.text
    assert AuditEntry.objects.get().action == "report_shared"
    assert address not in alice.get(f"/campaigns/{many.campaign.pk}/report/share/").text


def test_the_secret_is_kept_nowhere(many, alice):
    answer = alice.post(f"/campaigns/{many.campaign.pk}/report/share/", {"days": 7})
    [secret] = re.findall(r"/shared/([\w-]{43})/", answer.text)
    row = ShareLink.objects.values().get()
    assert len(bytes(row["digest"])) == 32
    assert secret not in str(row) + str(AuditEntry.objects.values().get())
    assert answer["Cache-Control"] == "no-store"


def test_the_page_names_nobody_and_asks_not_to_be_found(many, client):
    page = client.get(path_of(many.campaign))
    for person in many.people:
        assert person.email not in page.text
        assert person.last_name not in page.text
    assert many.workspace.name in page.text
    assert "@" not in page.text.partition("<main")[2]
    assert page["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    assert page["Referrer-Policy"] == "no-referrer"
    assert '<meta name="robots" content="noindex, nofollow">' in page.text
    assert not page.cookies


def test_figures_of_a_few_are_not_shown(many, client):
    page = client.get(path_of(many.campaign)).text
    assert "shop.example/first" in page
    assert "shop.example/second" not in page
    assert "under 10" in page


def test_it_speaks_as_the_browser_asks_else_as_the_workspace_does(many, client):
    path = path_of(many.campaign)
    assert "unter 10" in client.get(path, headers={"Accept-Language": "de"}).text
    french = client.get(path, headers={"Accept-Language": "fr"})
    assert "Jour par jour" in french.text
    assert french["Content-Language"] == "fr"
    many.workspace.language = "nl"
    many.workspace.save(update_fields=["language"])
    assert "Dag voor dag" in client.get(path).text


@pytest.mark.parametrize(("clicks", "shown"), [(9, False), (10, True), (30, True), (31, False)])
def test_neither_who_clicked_nor_who_did_not_may_be_few(make_scene, clicks, shown):
    scene = make_scene(granted=40)
    for person in range(clicks):
        scene.clicks(person)
    scene.drain()
    found = shared_report.of(scene.campaign, timezone.now())
    assert (found.clicked is not None) == shown


def test_a_few_in_one_country_hide_behind_the_next(make_scene):
    scene = make_scene(granted=40)
    for person in range(12):
        scene.clicks(person)
    for person in range(12, 24):
        scene.clicks(person, ip=GERMAN)
    for person in range(24, 27):
        scene.clicks(person, ip=AUSTRIAN)
    scene.drain()
    bars = shared_report.of(scene.campaign, timezone.now()).countries
    assert [(bar.label, bar.count) for bar in bars][1:] == [("All others, or hidden", 15)]
    assert bars[0].count == 12


def test_a_few_who_perhaps_opened_hide_the_range(make_scene):
    scene = make_scene(granted=40)
    for person in range(12):
        scene.opens(person)
    for person in range(12, 15):
        scene.opens(person, APPLE, after=1800)
    scene.drain()
    assert shared_report.of(scene.campaign, timezone.now()).opened is None


def test_days_of_a_few_have_no_value(many):
    for person in range(2):
        many.opens(person, after=3600 * 4)
    many.drain()
    chart = shared_report.of(many.campaign, timezone.now()).timeline
    assert chart is not None
    values = [value for series in chart.series for value in series.values]
    assert all(value is None or value >= 10 for value in values)
    assert any(values)


def test_what_a_few_did_again_and_again_is_no_line_of_the_chart(make_scene):
    few = make_scene(granted=40)
    for person in range(3):
        for hour in range(5):
            few.opens(person, after=3600 * hour + 1800)
            few.clicks(person, after=3600 * hour + 1860)
    few.drain()
    assert shared_report.of(few.campaign, timezone.now()).timeline is None


def test_a_mailing_to_a_few_shows_nothing(make_scene, client):
    scene = make_scene(granted=9)
    page = client.get(path_of(scene.campaign)).text
    assert "Too few people to show" in page
    assert "9" not in re.sub(
        r"\d{4}|:\d\d", "", page.partition('class="stack"')[2].partition("<footer")[0]
    )


def test_a_link_that_is_shut_opens_nothing_at_once(many, alice, client):
    path = path_of(many.campaign)
    assert Client().get(path).status_code == 200
    link = ShareLink.objects.get()
    alice.post(f"/shares/{link.pk}/revoke/")
    alice.post(f"/shares/{link.pk}/revoke/")
    assert Client().get(path).status_code == 404
    assert AuditEntry.objects.filter(action="report_unshared").count() == 1
    assert "shut" in alice.get(f"/campaigns/{many.campaign.pk}/report/share/").text


def test_a_link_ends_by_itself(many, client):
    path = path_of(many.campaign)
    ShareLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    answer = client.get(path)
    assert answer.status_code == 404
    assert "Ask whoever sent it to you for a new one" in answer.text
    # Whether it ever was one is told to nobody.
    assert client.get("/shared/broken/").content == answer.content


@pytest.mark.parametrize("secret", ["x", "A" * 43, "A" * 400, "%00", "../"])
def test_a_guessed_secret_opens_nothing(many, client, secret):
    path_of(many.campaign)
    assert client.get(f"/shared/{secret}/").status_code == 404


def test_a_page_that_is_loaded_again_and_again_asks_once(
    many, client, django_assert_max_num_queries
):
    path = path_of(many.campaign)
    client.get(path)
    # The link itself, so that a shut one is shut at once; and the cache, which is a table here.
    with django_assert_max_num_queries(3):
        client.get(path)


def test_what_did_not_go_out_is_not_shared(workspace, alice):
    campaign = world.make_campaign(workspace)
    alice.post(f"/campaigns/{campaign.pk}/report/share/", {"days": 7})
    assert not ShareLink.objects.exists()


@pytest.mark.parametrize("days", ["0", "3650", "", "x"])
def test_a_link_needs_an_end(many, alice, days):
    answer = alice.post(f"/campaigns/{many.campaign.pk}/report/share/", {"days": days})
    assert answer.status_code == 422
    assert not ShareLink.objects.exists()


def test_a_reader_makes_no_link(many, workspace):
    browser = Client()
    browser.force_login(world.make_member(workspace, role="reader"))
    path = f"/campaigns/{many.campaign.pk}/report/share/"
    assert browser.post(path, {"days": 7}).status_code == 403
    assert "Make a link" not in browser.get(path).text


def test_who_asks_for_many_links_that_do_not_exist_has_to_wait(many, settings):
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    path = path_of(many.campaign)

    def ask(path, address):
        return Client().get(path, headers={"X-Forwarded-For": address}).status_code

    assert {ask("/shared/broken/", "203.0.113.7") for _ in range(guessing.MOST)} == {404}
    assert ask("/shared/broken/", "203.0.113.7") == 429
    answer = Client().get(path, headers={"X-Forwarded-For": "203.0.113.7"})
    assert (answer.status_code, answer["Retry-After"]) == (429, "300")
    assert "Please wait" in answer.text and "in 5 minutes" in answer.text
    assert answer["Cache-Control"] == "private, no-store"
    # Others are not kept out with them, nor who asks for what there is.
    assert {ask(path, "203.0.113.8") for _ in range(guessing.MOST + 1)} == {200}
    # In IPv6 the asker is a network.
    for n in range(guessing.MOST):
        ask("/shared/broken/", f"2001:db8:1:2::{n:x}")
    assert ask(path, "2001:db8:1:2:ffff::1") == 429
    assert ask(path, "2001:db8:1:3::1") == 200


def test_of_who_asked_only_a_keyed_hash_is_kept(many):
    asked = RequestFactory().get("/shared/broken/", REMOTE_ADDR="203.0.113.7")
    assert "203.0.113" not in guessing._key(asked, "reports")
