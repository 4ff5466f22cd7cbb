"""A campaign that fails at every tick holds up no other, and is told without anybody's address."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from campaigns.composing.models import Campaign
from campaigns.sending import scheduling, tasks
from campaigns.sending.apart import ApartError
from campaigns.sending.models import Canary
from tests import world
from tests.sending import stage

pytestmark = pytest.mark.django_db(transaction=True)

BREAK = """
CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'nothing for ann@example.org'; END $$;
CREATE TRIGGER broken BEFORE UPDATE OF status ON composing_campaign
   FOR EACH ROW WHEN (OLD.name = 'broken') EXECUTE FUNCTION broken()
"""
MEND = "DROP TRIGGER broken ON composing_campaign; DROP FUNCTION broken()"


@pytest.fixture
def _broken_ones():
    """No campaign of this name can change how it stands."""
    with connection.cursor() as cursor:
        cursor.execute(BREAK)
    yield
    with connection.cursor() as cursor:
        cursor.execute(MEND)


@pytest.mark.usefixtures("_broken_ones", "rung")
def test_one_that_cannot_be_launched_or_ended_holds_up_no_other(workspace, caplog):
    at = {"status": "scheduled", "scheduled_at": timezone.now()}
    world.make_campaign(workspace, name="broken", **at)
    stuck = stage.make_sending(workspace, people=0, name="broken")
    due = world.make_campaign(workspace, **at)
    over = stage.make_sending(workspace, people=0)
    with pytest.raises(ApartError, match="Step: 2 failed"):
        tasks.tick()
    status = dict(Campaign.objects.values_list("pk", "status"))
    assert (status[due.pk], status[over.pk]) == ("preparing", "sent")
    assert f"Finishing campaign {stuck.pk} failed" in caplog.text
    assert "@" not in caplog.text


@pytest.mark.usefixtures("_broken_ones", "rung")
def test_of_one_that_no_breaker_can_stop_nothing_more_is_let_go(workspace):
    broken, harmful, good = (
        stage.handed_over(workspace, people=300, name=name) for name in ("broken", "b", "c")
    )
    for campaign in (broken, harmful, good):
        stage.make_delivery(campaign, world.make_contact(workspace))
        over = timezone.now()
        Canary.objects.create(campaign=campaign, size=300, taken=300, waits_until=over)
    for campaign in (broken, harmful):
        stage.told(stage.some(campaign, 18), "hard_bounced_at")
    with pytest.raises(ApartError):
        tasks.tick()
    status = dict(Campaign.objects.values_list("pk", "status"))
    assert (status[harmful.pk], status[good.pk]) == ("paused", "sending")
    let_go = Canary.objects.exclude(ended_at=None).values_list("campaign", flat=True)
    assert list(let_go) == [good.pk]


def test_a_look_ahead_goes_on_after_a_campaign_whose_zone_is_gone(workspace):
    world.make_contact(workspace, on=world.make_list(workspace))
    day = timezone.now().date()
    facts = {
        "status": "scheduled",
        "scheduled_locally": True,
        "scheduled_at": timezone.now() + timedelta(hours=1),
        "scheduled_date": day,
        "scheduled_time": timezone.now().time(),
        "lists": list(workspace.lists.all()),
    }
    world.make_campaign(workspace, scheduled_zone="Mars/Olympus", **facts)
    other = world.make_campaign(workspace, scheduled_zone="UTC", **facts)
    with pytest.raises(ApartError):
        scheduling.look_ahead()
    assert Campaign.objects.filter(pk=other.pk, scheduled_at__lt=facts["scheduled_at"]).exists()


def test_a_step_that_breaks_its_connection_ends_the_tick(monkeypatch):
    """The next connection may lead to a copy, which must be looked at before anything is done."""
    done = []

    def cut():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    monkeypatch.setattr(tasks, "STEPS", (cut, lambda: done.append(1)))
    with pytest.raises(Exception, match="terminat"):
        tasks.tick()
    connection.close()
    assert done == []
