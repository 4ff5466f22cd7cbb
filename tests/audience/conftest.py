"""A recipient of two lists, the token of a mail to her, and the letters that are written to her."""

import pytest
from django.core.cache import cache

from campaigns.audience import letters, tokens, unsubscribing
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


@pytest.fixture
def mailed(monkeypatch, sender):
    """Letters to recipients, kept instead of sent; nobody was asked anything a moment ago."""
    cache.clear()
    kept: list[letters.Letter] = []

    def post(letter):
        kept.append(letter)
        return True

    monkeypatch.setattr(letters, "_post", [post])
    return kept
