"""A campaign goes out, one mail comes back, and the campaign's pages say so."""

import re

import pytest

from campaigns.audience.models import Suppression
from campaigns.sending import launch, tasks, transport
from campaigns.sending.bounces import return_addresses
from campaigns.sending.models import Delivery
from tests import world
from tests.sending import stage
from tests.sending.bounces import post, servers
from tests.sending.bounces.conftest import make_mailbox

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_mail_that_comes_back_is_on_the_campaigns_page(workspace, draft, sink, alice):
    people = stage.make_people(workspace, draft.lists.get(), 3)
    with servers.serving("imap") as account:
        mailbox = make_mailbox(draft.sender, account.port)
        assert launch.launch(draft)
        launch.prepare(draft.pk)
        while transport.work(draft.pk, seconds=20):
            pass
        assert stage.states(draft) == {"sent": 3}
        envelopes = {mail.recipient: mail.sender for mail in sink.taken}
        back_to = {
            address: re.findall(r"<(.*?)>", envelope)[0] for address, envelope in envelopes.items()
        }
        assert len(set(back_to.values())) == 3
        dead = people[1]
        # The server of the domain turns the mail down later, as it came: envelope and headers.
        taken = next(mail for mail in sink.taken if mail.recipient == dead.email)
        account.put(
            post.letter(
                "postfix-unknown-user",
                recipient=dead.email,
                back_to=back_to[dead.email],
                uuid=taken.uuid_hex,
            )
        )
        tasks.read_bounces(mailbox.pk)
    bounced = Delivery.objects.get(hard_bounced_at__isnull=False)
    assert bounced.contact == dead
    assert list(return_addresses.found(back_to[dead.email])) == [bounced.pk]
    assert Suppression.objects.get().reason == "hard_bounce"
    report = alice.get(f"/campaigns/{draft.pk}/report/").text
    assert "User unknown in virtual mailbox table" in report
    # The next campaign leaves the address out.
    again = world.make_campaign(workspace, sender=draft.sender, lists=[draft.lists.get()])
    assert launch.launch(again)
    launch.prepare(again.pk)
    assert not Delivery.objects.filter(campaign=again, contact=dead).exists()


def test_without_a_mailbox_the_envelope_names_the_sender(draft, sink, workspace):
    stage.make_people(workspace, draft.lists.get(), 1)
    assert launch.launch(draft)
    launch.prepare(draft.pk)
    transport.work(draft.pk, seconds=20)
    assert f"<{draft.sender.email}>" in sink.taken[0].sender
