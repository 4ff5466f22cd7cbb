"""Fixtures of the composing room."""

import pytest

from campaigns.composing import freezing
from tests import world
from tests.composing.letters import MARKDOWN


@pytest.fixture
def frozen(workspace, sender):
    campaign = world.make_campaign(
        workspace,
        sender=sender,
        lists=[world.make_list(workspace)],
        subject="News for {{ contact.first_name }}",
        preheader="Only < for {{ contact.first_name }}",
        reply_to="answers@acme.example",
        body=MARKDOWN,
    )
    return freezing.freeze(campaign)
