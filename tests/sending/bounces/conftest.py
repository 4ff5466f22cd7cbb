"""Fixtures of bounces: a mail that went out, and a mailbox that it may come back to."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.accounts.models import Workspace
from campaigns.sending.bounces.models import BounceMailbox
from campaigns.sending.models import Delivery
from tests.sending import stage
from tests.sending.bounces import post, servers
from tests.sending.bounces.servers import Account


@pytest.fixture
def delivery(workspace: Workspace) -> Delivery:
    campaign = stage.make_sending(workspace, people=1)
    hour_ago = timezone.now() - timedelta(hours=1)
    mine = Delivery.objects.filter(campaign=campaign)
    stage.become(mine, "sent", sending_at=hour_ago, done_at=hour_ago)
    return mine.select_related("contact").get()


@pytest.fixture(params=["imap", "pop3"])
def account(request, settings) -> Iterator[Account]:
    """An account on a server on loopback, by each protocol."""
    settings.ALLOW_PRIVATE_HOSTS = True
    with servers.serving(request.param) as found:
        yield found


@pytest.fixture
def mailbox(request, workspace: Workspace, account: Account) -> BounceMailbox:
    """That account, as the bounce mailbox of a sender."""
    protocol = request.node.callspec.params["account"]
    sender = stage.make_smtp_sender(workspace, 25)
    return make_mailbox(sender, account.port, protocol)


def make_mailbox(sender, port, protocol="imap", **credentials) -> BounceMailbox:
    mailbox = BounceMailbox(
        workspace_id=sender.workspace_id,
        sender=sender,
        address=post.MAILBOX,
        protocol=protocol,
        next_at=timezone.now(),
    )
    mailbox.credentials = {
        "host": "localhost",
        "port": port,
        "security": "none",
        "user": servers.USER,
        "password": servers.PASSWORD,
    } | credentials
    mailbox.save()
    return mailbox


def verdicts(mailbox: BounceMailbox) -> list[str]:
    """What was understood of its mails, sorted."""
    return sorted(mailbox.mails.values_list("verdict", flat=True))
