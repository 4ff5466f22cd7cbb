"""A recipient of two lists, and the token of a mail to her."""

import pytest

from campaigns.audience import tokens, unsubscribing
from tests import world


@pytest.fixture
def lists(workspace):
    return [world.make_list(workspace, name=name) for name in ("News", "Offers")]


@pytest.fixture
def ann(workspace, lists):
    contact = world.make_contact(workspace, on=lists[0], email="ann@example.com")
    contact.subscriptions.create(workspace=workspace, list=lists[1])
    return contact


@pytest.fixture
def token(ann, lists, monkeypatch):
    """Of a mail of campaign 70, which went to News."""
    monkeypatch.setattr(unsubscribing, "_campaign_lists", [])
    unsubscribing.register_campaign_lists(lambda campaign_id: [lists[0].pk])
    return tokens.unsubscribe_token(ann.pk, 70, 700)
