"""Fixtures of the sending room."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from campaigns.accounts.models import Workspace
from campaigns.composing.models import Campaign
from campaigns.sending import again, launch, tasks, transport
from campaigns.sending.models import Delivery
from tests import world
from tests.sending import measured, stage
from tests.sending.measured import Letter
from tests.sending.sink import Sink
from tracking import wsgi


@pytest.fixture
def sink(settings) -> Iterator[Sink]:
    """A real SMTP server on loopback, where mails to unlucky addresses meet their fate."""
    settings.ALLOW_PRIVATE_HOSTS = True
    # No test waits for it in vain: a busy machine may let a server think.
    settings.SEND_REPLY_SECONDS = 60
    with Sink() as server:
        yield server


@pytest.fixture
def system_server(settings) -> Iterator[Sink]:
    """The mail server that `SYSTEM_MAIL_URL` names."""
    with Sink() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        yield server


@pytest.fixture
def draft(workspace: Workspace, sink: Sink) -> Campaign:
    """A complete campaign to an empty list, from a sender whose mails go into the sink."""
    sender = stage.make_smtp_sender(workspace, sink.port)
    return world.make_campaign(workspace, sender=sender, lists=[world.make_list(workspace)])


@pytest.fixture(autouse=True)
def _patient_requests(monkeypatch) -> None:
    """Let a request carry out all that was decided, however slow the machine is."""
    monkeypatch.setattr(again, "AT_ONCE", 60.0)


@pytest.fixture
def handed_over() -> dict[str, Any]:
    """What the ledger keeps of a delivery that was tried and decided a while ago."""
    before = timezone.now() - timedelta(hours=1)
    return {"sending_at": before, "done_at": before, "attempt": 1}


@pytest.fixture
def mailing(draft, sink, settings):
    """Send a campaign to people who said so about opens and clicks; return their letters."""
    settings.HUMAN_DELAY_SECONDS = 0
    Campaign.objects.filter(pk=draft.pk).update(body=measured.BODY)

    def send(*answers: tuple[str, str]) -> dict[str, Letter]:
        for opens, clicks in answers:
            apart = clicks if clicks != opens else ""
            email = f"{opens}-{clicks}@example.com"
            on = draft.lists.get()
            world.make_contact(
                draft.workspace, on=on, email=email, measuring=opens, measuring_clicks=apart
            )
        stage.make_many(draft.workspace, draft.lists.get(), measured.PEOPLE)
        assert launch.launch(draft) and launch.prepare(draft.pk)
        while transport.work(draft.pk, seconds=20):
            pass
        app = wsgi.application(wsgi.nothing_else)
        return {
            mail.recipient.partition("@")[0]: Letter(
                mail.text.decode().partition("text/html")[2],
                app,
                mail.content.decode().partition("\r\n\r\n")[0],
            )
            for mail in sink.taken
        }

    return send


@pytest.fixture
def rung(monkeypatch) -> list[Any]:
    """The doorbells that were rung, in place of a broker."""
    heard: list[Any] = []
    for task in (tasks.send_campaign, tasks.launch_campaign, tasks.tell_owners):
        monkeypatch.setattr(task, "apply_async", lambda *args, **options: heard.append(args))
    return heard


@pytest.fixture
def delivery(workspace: Workspace) -> Delivery:
    """One mail that a provider took under the name of pm-1."""
    stage.make_sending(workspace, people=1)
    stage.become(Delivery.objects.all(), "sent", message_id="pm-1")
    return Delivery.objects.select_related("contact").get()
