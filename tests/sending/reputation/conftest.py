"""A sender that mails into a sink."""

import pytest

from tests.sending import stage


@pytest.fixture
def sender(workspace, sink):
    return stage.make_smtp_sender(workspace, sink.port)
