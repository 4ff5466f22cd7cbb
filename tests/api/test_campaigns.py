"""Programs read campaigns and their figures: those of the pages, each with what it is out of."""

from __future__ import annotations

import pytest

from tests import world
from tests.api.test_reading import problem
from tests.reports.conftest import autumn, make_scene

__all__ = ["autumn", "make_scene"]

pytestmark = pytest.mark.django_db


def test_campaigns_are_paged_filtered_and_shown(program, workspace):
    news = world.make_list(workspace)
    made = [world.make_campaign(workspace, lists=[news]) for _n in range(3)]
    first = program.get("/api/v1/campaigns?limit=2").json()
    second = program.get("/api/v1/campaigns", {"limit": 2, "at": first["next"]}).json()
    ids = [one["id"] for one in first["items"] + second["items"]]
    assert ids == [one.pk for one in reversed(made)] and second["next"] is None
    assert program.get("/api/v1/campaigns?status=sent").json()["items"] == []
    one = program.get(f"/api/v1/campaigns/{made[0].pk}").json()
    assert (one["status"], one["lists"]) == ("draft", [news.pk])
    problem(program.get("/api/v1/campaigns?status=gone"), "invalid")


def test_figures_have_bounds_denominators_and_intervals(program, autumn):
    found = program.get(f"/api/v1/campaigns/{autumn.campaign.pk}/report").json()
    assert found["deliveries"]["delivered"] == 35
    assert found["audience"] == {
        "measured": 20,
        "clicks_measured": 20,
        "counted": 12,
        "unrecorded": 3,
    }
    opened = found["opened"]
    assert (opened["sure"], opened["uncertain"], opened["of"]) == (7, 3, 20)
    assert (opened["low"], opened["high"]) == (0.35, 0.5)
    assert opened["interval"]["low"] < 0.35 < 0.5 < opened["interval"]["high"]
    assert (found["clicked"]["count"], found["clicked"]["of"]) == (3, 20)
    assert found["raw_clicked"]["count"] == 4
    assert found["totals"] == {"loads": 3, "clicks": 1}
    assert found["about_few"] is False


def test_totals_of_a_few_are_not_told(program, make_scene):
    scene = make_scene(granted=12, unknown=3)
    scene.opens(12)
    scene.drain()
    found = program.get(f"/api/v1/campaigns/{scene.campaign.pk}/report").json()
    assert found["totals"] is None


def test_a_campaign_that_did_not_go_out_has_figures_of_nobody(program, workspace):
    draft = world.make_campaign(workspace)
    found = program.get(f"/api/v1/campaigns/{draft.pk}/report").json()
    assert found["opened"] == {
        "sure": 0,
        "uncertain": 0,
        "of": 0,
        "low": None,
        "high": None,
        "interval": None,
    }


def test_recipients_and_links_are_files(program, autumn):
    path = f"/api/v1/campaigns/{autumn.campaign.pk}"
    recipients = b"".join(program.get(f"{path}/recipients.csv").streaming_content).decode()
    assert recipients.count("@example.com") == 35
    links = b"".join(program.get(f"{path}/links.csv").streaming_content).decode()
    assert "https://shop.example/first" in links


def test_addresses_of_recipients_need_the_scope_of_contacts(program_with, autumn):
    path = f"/api/v1/campaigns/{autumn.campaign.pk}"
    poor = program_with("campaigns:read")
    assert poor.get(f"{path}/recipients.csv").status_code == 403
    assert poor.get(f"{path}/links.csv").status_code == 200
