"""Saved reports, their schedules, and the mails of them: each receiver, each moment, once."""

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import time, timedelta
from email import message_from_bytes
from email.policy import default
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from campaigns.accounts.models import Member, Workspace
from campaigns.reports import posting, saving, scheduling, tasks
from campaigns.reports.models import Receiver, ReportMail, Schedule
from campaigns.reports.rhythm import Rhythm
from campaigns.sending import fence
from tests import world
from tests.sending.sink import Sink

pytestmark = pytest.mark.django_db(transaction=True)

DAILY = Rhythm("daily", time(8))


@pytest.fixture
def server(settings):
    """The mail server that `SYSTEM_MAIL_URL` names."""
    with Sink() as found:
        settings.SYSTEM_MAIL_URL = f"smtp://127.0.0.1:{found.port}"
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", found.port
        yield found


@pytest.fixture
def rung(monkeypatch):
    """The mails that were rung for, in place of a broker."""
    heard = []
    monkeypatch.setattr(
        tasks.send_report, "apply_async", lambda args, **options: heard.append(args[0])
    )
    return heard


@pytest.fixture
def me(workspace, member):
    return Member.objects.get(workspace=workspace, user=member)


@pytest.fixture
def report(workspace, member):
    return saving.save(workspace, "Weekly look", "review", "span=7", member)


def due(report, *members, rhythm=DAILY):
    """Schedule the report for these members, and let its time have come."""
    saving.schedule(report, rhythm, members)
    moment = timezone.now() - timedelta(minutes=3)
    Schedule.objects.filter(report=report).update(next_at=moment)
    return moment


def send_all():
    for mail_id in scheduling.look():
        posting.send(mail_id)


def read(letter):
    return message_from_bytes(letter.content, policy=default)


def states():
    return sorted(ReportMail.objects.values_list("state", flat=True))


def test_each_receiver_gets_it_once_however_often_beat_ticks(report, workspace, me, server, rung):
    world.make_member(workspace, email="bob@example.org", role="reader")
    bob = Member.objects.get(user__email="bob@example.org")
    due(report, me, bob)
    for _ in range(3):
        tasks.look_at_schedules()
        for mail_id in rung:
            tasks.send_report(mail_id)
    assert sorted(server.recipients()) == ["alice@example.org", "bob@example.org"]
    assert states() == ["sent", "sent"]
    assert Schedule.objects.get().next_at > timezone.now()


def at_once(work, times=6):
    """Let so many threads, each with a connection of its own, begin in the same moment."""
    start = Barrier(times)

    def run(_number):
        connection.ensure_connection()
        start.wait()
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def test_many_beats_at_once_make_one_mail(report, me, server):
    due(report, me)
    at_once(scheduling.look)
    assert ReportMail.objects.count() == 1


def test_many_workers_at_once_send_a_mail_once(report, me, server):
    due(report, me)
    [mail_id] = scheduling.look()
    assert sorted(at_once(lambda: posting.send(mail_id))) == [False] * 5 + [True]
    assert len(server.taken) == 1
    assert states() == ["sent"]


def test_days_without_a_beat_are_one_mail(report, me, server):
    due(report, me)
    Schedule.objects.update(next_at=timezone.now() - timedelta(days=9))
    send_all()
    send_all()
    assert len(server.taken) == 1


def test_a_killed_process_leaves_a_mail_unconfirmed_and_sends_no_second(report, me, server):
    due(report, me)
    [mail_id] = scheduling.look()
    assert ReportMail.objects.filter(pk=mail_id).take()
    ReportMail.objects.update(since=timezone.now() - timedelta(minutes=16))
    send_all()
    assert server.taken == []
    assert states() == ["unknown"]


def test_a_server_that_is_away_is_tried_again(report, me, server, settings):
    due(report, me)
    settings.EMAIL_PORT = 1
    send_all()
    assert states() == ["pending"]
    assert scheduling.look() == []
    settings.EMAIL_PORT = server.port
    ReportMail.objects.update(since=timezone.now())
    send_all()
    assert len(server.taken) == 1
    assert states() == ["sent"]


def test_a_server_that_stays_away_is_given_up(report, me, server, settings):
    due(report, me)
    settings.EMAIL_PORT = 1
    for _ in range(posting.MOST_TRIES):
        send_all()
        ReportMail.objects.filter(state="pending").update(since=timezone.now())
    assert states() == ["failed"]


def test_an_address_that_is_refused_keeps_nobody_elses_mail(report, workspace, me, server):
    world.make_member(workspace, email="rcpt-550@example.org")
    due(report, me, Member.objects.get(user__email="rcpt-550@example.org"))
    send_all()
    send_all()
    assert server.recipients() == ["alice@example.org"]
    assert states() == ["failed", "sent"]


def test_a_copy_of_the_database_mails_nobody(report, me, server, rung, monkeypatch):
    due(report, me)
    monkeypatch.setattr(fence, "check", lambda: False)
    tasks.look_at_schedules()
    assert rung == []
    assert not ReportMail.objects.exists()


def test_without_a_mail_server_all_waits(report, me, settings):
    settings.SYSTEM_MAIL_URL = ""
    moment = due(report, me)
    assert scheduling.look() == []
    assert Schedule.objects.get().next_at == moment


def test_the_workspace_moves_to_another_zone(report, workspace, me, server):
    saving.schedule(report, DAILY, [me])
    Workspace.objects.filter(pk=workspace.pk).update(time_zone="Asia/Tokyo")
    scheduling.look()
    found = Schedule.objects.get()
    assert (found.zone, found.next_at.hour) == ("Asia/Tokyo", 23)


def test_who_left_the_workspace_gets_nothing(report, workspace, me, server):
    world.make_member(workspace, email="bob@example.org")
    bob = Member.objects.get(user__email="bob@example.org")
    due(report, me, bob)
    bob.delete()
    me.user.is_active = False
    me.user.save(update_fields=["is_active"])
    send_all()
    assert server.taken == []


def test_the_mail_is_text_and_html_with_a_file_and_a_way_out(
    make_scene, alice, workspace, member, me, server
):
    scene = make_scene(granted=20)
    for person in range(5):
        scene.clicks(person)
    scene.drain()
    due(saving.save(workspace, "Weekly\tlook", "review", "span=7", member), me)
    send_all()
    letter = read(server.taken[0])
    assert letter["Subject"] == f"Weekly look – {workspace.name}"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter["Auto-Submitted"] == "auto-generated"
    text = letter.get_body(("plain",)).get_content()
    html = letter.get_body(("html",)).get_content()
    assert "Clicked: 25.0% (5 of 20 who may be measured)" in text
    assert "Autumn letter: Delivered 20, Opened 25.0%, Clicked 25.0%, Left 0" in text
    assert "5 of 20 who may be measured" in html
    assert "/review/?span=7" in text
    assert "@example.com" not in text + html
    [file] = letter.iter_attachments()
    rows = list(csv.reader(io.StringIO(file.get_content().removeprefix("\ufeff"))))
    assert file.get_filename() == "weekly-look.csv"
    assert rows[1][0] == "Autumn letter"


def test_figures_of_a_few_do_not_leave_the_house(make_scene, workspace, member, me, server):
    scene = make_scene(granted=9)
    scene.clicks(0)
    scene.drain()
    due(saving.save(workspace, "Few", "review", "span=7", member), me)
    send_all()
    text = read(server.taken[0]).get_body(("plain",)).get_content()
    assert "Clicked: – (too few may be measured)" in text
    assert "11.1%" not in text


@pytest.mark.parametrize("kind", ["growth", "compare"])
def test_other_kinds_are_mailed_too(make_scene, workspace, member, me, server, kind):
    one, other = make_scene(granted=1), make_scene(granted=2, domain="other.example")
    query = f"c={one.campaign.pk}&c={other.campaign.pk}" if kind == "compare" else "span=30"
    due(saving.save(workspace, "It", kind, query, member), me)
    send_all()
    letter = read(server.taken[0])
    expected = "Clicks cannot be compared" if kind == "compare" else "Joined: 0 (in this time)"
    assert expected in letter.get_body(("plain",)).get_content()
    assert len(list(letter.iter_attachments())) == 1


def test_the_link_of_the_mail_stops_it_without_signing_in(report, me, server, client):
    due(report, me)
    send_all()
    link = read(server.taken[0])["List-Unsubscribe"].strip("<>")
    path = link.partition("8000")[2]
    assert "Stop the mails of “Weekly look”?" in client.get(path).text
    assert Receiver.objects.get().stopped_at is None
    assert (
        "These mails have stopped"
        in client.post(
            path, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded"
        ).text
    )
    Schedule.objects.update(next_at=timezone.now())
    send_all()
    assert len(server.taken) == 1


@pytest.mark.parametrize("token", ["1", "1:forged", "", "x" * 300])
def test_a_forged_link_stops_nothing(report, me, client, token):
    saving.schedule(report, DAILY, [me])
    assert client.post(f"/report-mails/{token}/").status_code == 404
    assert Receiver.objects.get().stopped_at is None


def test_mails_that_were_settled_long_ago_are_forgotten_and_no_others(report, me):
    due(report, me)
    receiver = Receiver.objects.get()
    long_ago, lately = (timezone.now() - timedelta(days=days) for days in (91, 89))
    for day, state in enumerate(ReportMail.State.values):
        for due_at in (long_ago - timedelta(days=day), lately + timedelta(days=day)):
            ReportMail.objects.create(receiver=receiver, due_at=due_at, state=state, since=due_at)
    tasks.tidy()
    old = ReportMail.objects.filter(due_at__lte=long_ago)
    assert set(old.values_list("state", flat=True)) == {"pending", "sending"}
    assert ReportMail.objects.filter(due_at__gt=long_ago).count() == 5
    assert scheduling.forget() == 0


def test_a_mail_that_cannot_be_written_was_certainly_not_sent(report, me, server, monkeypatch):
    due(report, me)
    [mail_id] = scheduling.look()

    def compose(_mail):
        raise ValueError

    monkeypatch.setattr(posting, "compose", compose)
    with pytest.raises(ValueError):
        posting.send(mail_id)
    assert states() == ["pending"]


def test_a_mail_to_an_address_that_nobody_can_be_handed_was_certainly_not_sent(report, me, server):
    me.user.email = f"ann@{'a' * 70}é.example"
    me.user.save(update_fields=["email"])
    due(report, me)
    [mail_id] = scheduling.look()
    assert not posting.send(mail_id)
    assert states() == ["failed"]
    assert server.taken == []
