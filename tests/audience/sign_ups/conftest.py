"""A form of a list, letters kept instead of posted, and workers that answer at once."""

from __future__ import annotations

import pytest

from campaigns.audience import letters, tasks
from campaigns.audience.models import SignUpForm
from campaigns.audience.sign_ups import signing_up
from tests import world


@pytest.fixture
def form(workspace, sender):
    return SignUpForm.objects.create(
        workspace=workspace,
        list=world.make_list(workspace, name="News"),
        sender=sender,
        key="key",
        is_open=True,
    )


@pytest.fixture(autouse=True)
def mailed(monkeypatch):
    """Letters, as they are handed to the room that posts them."""
    kept: list[letters.Letter] = []

    def post(letter):
        kept.append(letter)
        return True

    monkeypatch.setattr(letters, "_post", [post])
    return kept


@pytest.fixture(autouse=True)
def rung(monkeypatch):
    """Doorbells: a worker answers at once."""
    monkeypatch.setattr(tasks.mail_sign_up, "delay_on_commit", signing_up.mail)
    monkeypatch.setattr(tasks.welcome, "delay_on_commit", signing_up.welcome)


@pytest.fixture(autouse=True)
def _no_memory():
    from django.core.cache import cache

    cache.clear()
