"""A mail is in one language: it says which, and its last lines are in it too."""

import itertools
import re

import pytest
from django.urls import reverse
from django.utils import translation

from campaigns.audience import languages
from campaigns.audience.models import Tracking
from campaigns.composing import compiling, disclosing, freezing
from campaigns.composing.disclosing import Recorded
from campaigns.composing.models import Campaign
from tests import world
from tests.composing.letters import make_person

LEAVE = {"de": "Abmelden", "en": "Unsubscribe", "es": "Darse de baja", "fr": "Se désinscrire"}
BLOCKS = '{"version":1,"blocks":[{"type":"text","html":"<p>Hello</p>"}]}'


def sent(campaign):
    """Return the HTML and the text of a mail of `campaign` as it stands."""
    mail = compiling.compile_revision(freezing.unsaved(campaign), "aggregate")
    parts = mail.parts(make_person())
    return parts.html, parts.text


@pytest.fixture
def dutch(workspace):
    workspace.language = "nl"
    workspace.save(update_fields=["language"])
    return workspace


@pytest.mark.parametrize("format", ["blocks", "markdown"])
def test_a_mail_is_in_the_language_of_its_workspace(dutch, sender, format):
    body = BLOCKS if format == "blocks" else "Hallo"
    html, text = sent(world.make_campaign(dutch, sender=sender, format=format, body=body))
    assert re.search(r'<html[^>]* lang="nl"', html)
    assert ">Afmelden</a>" in html
    assert "Afmelden: <http" in text
    assert "We tellen hoe vaak deze mail wordt geopend" in html


@pytest.mark.parametrize("language", LEAVE)
def test_a_campaign_may_choose_another(dutch, sender, language):
    html, _text = sent(world.make_campaign(dutch, sender=sender, language=language))
    assert re.search(rf'<html[^>]* lang="{language}"', html)
    assert f">{LEAVE[language]}</a>" in html


def test_a_mail_that_is_out_stays_in_its_language(dutch, sender):
    campaign = world.make_campaign(dutch, sender=sender)
    revision = freezing.freeze(campaign)
    dutch.language = "fr"
    dutch.save(update_fields=["language"])
    revision.refresh_from_db()
    assert ">Afmelden</a>" in compiling.compile_revision(revision, "none").parts(make_person()).html


def test_the_last_lines_of_a_mail_in_a_language_we_do_not_speak_are_the_workspace_s(dutch, sender):
    html, _text = sent(world.make_campaign(dutch, sender=sender, language="it"))
    assert re.search(r'<html[^>]* lang="it"', html)
    assert ">Afmelden</a>" in html


@pytest.mark.parametrize("language", sorted(set(languages.SPOKEN) - {languages.OTHERWISE}))
def test_what_is_recorded_is_said_in_every_language(language):
    for opens, clicks, agreed in itertools.product(Tracking.values, Tracking.values, (True, False)):
        recorded = Recorded(opens, clicks, agreed, days=45)
        english = disclosing.line(recorded)
        with translation.override(language):
            said = disclosing.line(recorded)
        assert not set(re.findall(r"[^.]+\.", said)) & set(re.findall(r"[^.]+\.", english))


def test_a_member_chooses_it_while_writing_and_a_copy_has_it_too(alice, workspace):
    campaign = world.make_campaign(workspace)
    page = reverse("composing:edit", args=[campaign.pk])
    assert "As the workspace: English" in alice.get(page).content.decode()
    facts = {"name": "Brief", "format": "markdown", "body": "Hallo", "tracking": "none"}
    alice.post(page, facts | {"version": campaign.version, "language": "de"})
    campaign.refresh_from_db()
    assert campaign.language == "de"
    alice.post(page, facts | {"version": campaign.version, "language": "tlh"})
    campaign.refresh_from_db()
    assert campaign.language == "de"
    alice.post(reverse("composing:duplicate", args=[campaign.pk]))
    assert Campaign.objects.exclude(pk=campaign.pk).get().language == "de"
