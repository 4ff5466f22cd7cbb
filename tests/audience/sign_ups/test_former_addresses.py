"""Who signs up by an address that they had before they were merged is the one person."""

from __future__ import annotations

import pytest

from campaigns.audience import suppression
from campaigns.audience.models import Contact, SignUp, Suppression
from campaigns.audience.sign_ups import signing_up
from campaigns.privacy import known
from tests.audience.duplicates.pairs import two, unite
from tests.audience.sign_ups.filling_in import link, sign_up

pytestmark = pytest.mark.django_db
FORMER = "ann.ray@gmail.com"


@pytest.fixture
def ann(workspace, member):
    return unite(*two(workspace), member)


def test_they_see_it_on_their_data_page_with_the_forms_they_filled_in_by_it(ann, form):
    signing_up.ask(form, signing_up.Asked(FORMER))
    told = {section.name: section.rows for section in known.about(ann)}
    assert told["former"][0]["email"] == told["sign_ups"][0]["email"] == FORMER


def test_who_signs_up_by_it_is_on_the_list_as_the_one_person(client, ann, form, mailed):
    sign_up(client, form, email=FORMER)
    assert mailed[-1].to == FORMER
    assert "You are on the list" in client.post(link(mailed)).text
    assert Contact.objects.get() == ann
    line = ann.consent_entries.get()
    assert (line.state, line.evidence["address"]) == ("granted", FORMER)
    sign_up(client, form, email=FORMER)
    assert "already" in mailed[-1].subject


def test_signing_up_by_it_frees_no_other_address(client, ann, form, mailed, workspace):
    everything = Suppression.Reason.UNSUBSCRIBED_ALL
    suppression.suppress(workspace.pk, [ann.fingerprint], everything)
    sign_up(client, form, email=FORMER)
    assert client.post(link(mailed)).status_code == 410
    assert Suppression.objects.get().reason == everything
    assert not ann.subscriptions.exists() and SignUp.objects.get().confirmed_at is None
