"""Recipients see everything that is kept about them, and take it away."""

from __future__ import annotations

import html
import json
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail, signing
from django.urls import reverse

from campaigns.accounts.models import Sender
from campaigns.audience import consent, tokens
from campaigns.audience.consent import Evidence
from campaigns.audience.models import Contact, Field
from campaigns.composing.models import Campaign
from campaigns.privacy import known, links, reading, wording
from campaigns.sending.models import Delivery
from tests.reports.scene import DUTCH, SCANNER, THUNDERBIRD, Scene
from tracking.models import Engagement, Event

pytestmark = pytest.mark.django_db

# Columns that say nothing about a person: numbers of rows, and what only the sending needs.
OF_NOBODY = {
    Contact: {"id", "workspace", "email_key", "fingerprint", "consent_epoch"},
    Delivery: {
        *("id", "workspace", "campaign", "contact", "uuid", "address_key", "domain", "revision"),
        *("consent_epoch", "claim_token", "next_at", "sending_at", "resends", "provider_id"),
        *("unknown_since", "troubled_at"),
    },
    Event: {"id", "workspace_id", "delivery_id", "contact_id", "mode"},
    Engagement: {"id", "workspace_id", "delivery_id", "contact_id", "clicks_only"},
}
SHOWN = {
    Contact: known.OF_CONTACT,
    Delivery: known.OF_DELIVERY,
    Event: known.OF_EVENT,
    Engagement: known.OF_ENGAGEMENT,
}


@pytest.fixture
def scene(workspace, sender, tmp_path):
    """Somebody read a mail and followed a link; a scanner had been there before."""
    made = Scene(workspace, sender, tmp_path / "scene", granted=2)
    made.clicks(0, 1, SCANNER, after=2)
    made.opens(0, THUNDERBIRD, ip=DUTCH)
    made.clicks(0, 2)
    made.drain()
    return made


@pytest.fixture
def token(scene):
    row = scene.delivery(0)
    return tokens.unsubscribe_token(row.contact_id, row.campaign_id, row.pk)


def sealed(scene, person=0):
    return links.seal(scene.people[person])


def file(client, scene):
    answer = client.get(reverse("privacy:take_away", args=[sealed(scene)]))
    assert answer["Content-Disposition"].startswith("attachment")
    return json.loads(answer.content)


@pytest.mark.parametrize("model", SHOWN, ids=lambda model: model.__name__)
def test_every_column_is_shown_or_is_about_nobody(model):
    columns = {field.name for field in model._meta.fields}
    shown = {name for name in SHOWN[model] if name != "campaign_id"} | {"campaign"}
    plain = {"campaign_id"} & columns
    assert columns - plain - shown == OF_NOBODY[model] - {"campaign"}


def test_every_event_says_class_reason_signs_and_when_it_goes(client, scene, settings):
    hits = {(row["kind"], row["number"]): row for row in file(client, scene)["hits"]}
    assert len(hits) == 3
    scanned = hits["click", 1]
    assert (scanned["verdict"], scanned["reason"]) == (
        "Security scanner",
        "Says that it is Barracuda",
    )
    assert scanned["family"] == "barracuda"
    assert scanned["age"] == 2.0
    clicked = hits["click", 2]
    assert clicked["url"] == "https://shop.example/second"
    assert clicked["country"] == "NL"
    assert clicked["mail"] == scene.campaign.subject
    goes = (Event.objects.latest("at").at + timedelta(days=settings.EVENT_RETENTION_DAYS)).date()
    assert clicked["deleted_on"] == goes.isoformat()


def test_what_was_learned_is_in_it(client, scene):
    Contact.objects.filter(pk=scene.people[0].pk).update(
        learned_zone="Europe/Amsterdam", last_seen_on="2026-11-01"
    )
    Event.objects.update(region="Utrecht", city="Amersfoort", time_zone="Europe/Amsterdam")
    told = file(client, scene)
    [profile] = told["profile"]
    assert profile["learned_zone"] == "Europe/Amsterdam"
    assert profile["last_seen_on"] == "2026-11-01"
    assert {row["city"] for row in told["hits"]} == {"Amersfoort"}


def test_the_words_that_were_agreed_to_are_in_it(client, scene):
    consent.refuse(scene.people[0], Evidence("preferences", notice="May we measure?"))
    [answer] = file(client, scene)["answers"]
    assert (answer["state"], answer["notice"]) == ("withdrawn", "May we measure?")


def test_the_page_says_what_the_file_says(client, scene):
    page = client.get(reverse("privacy:everything", args=[sealed(scene)])).text
    for row in file(client, scene)["hits"]:
        assert row["verdict"] in page
        assert row["reason"] in page
    assert "granted0@example.com" in page
    assert "https://shop.example/second" in page
    assert "granted1@example.com" not in page


def test_what_there_is_nothing_of_is_named_together_below_what_there_is(client, scene):
    page = html.unescape(client.get(reverse("privacy:everything", args=[sealed(scene)])).text)
    kept, _heading, nothing = page.partition("<h2>Of this, nothing is kept now</h2>")
    for section in known.about(scene.people[0]):
        told = f"<h2>{section.title}</h2>" in kept, f"<li>{section.title}</li>" in nothing
        assert told == (bool(section.rows), not section.rows)


def test_mails_are_called_by_the_subject_that_their_reader_saw(client, scene):
    """As far as today's facts go; one that does not fit any more is shown as it was written."""
    subject = "{{ contact.first_name }}, something green"
    Campaign.objects.filter(pk=scene.campaign.pk).update(subject=subject)
    assert file(client, scene)["mails"][0]["mail"] == "Granted, something green"
    Campaign.objects.filter(pk=scene.campaign.pk).update(subject="{{ contact.first_name")
    assert file(client, scene)["mails"][0]["mail"] == "{{ contact.first_name"


def test_codes_are_said_in_words_on_the_page_and_kept_in_the_file(client, scene):
    page = client.get(reverse("privacy:everything", args=[sealed(scene)])).text
    for words in ("Agreed", "Subscribed", "They asked for it", "Per person"):
        assert words in page
    assert file(client, scene)["profile"][0]["measuring"] == "granted"


def test_what_was_changed_is_said_from_what_to_what(scene):
    details = {
        "email": ["a@example.com", "b@example.com"],
        "last_name": ["", "Vos"],
        "language": ["nl", "de"],
        "paused_until": [None, "2027-01-31T23:00:00+00:00"],
        "field:sold_up": [None, True],
        "tags": ["x"],
    }
    who = reading.Reader({}, ZoneInfo("Europe/Amsterdam"))
    assert reading.value(who, "changes", "details", details) == (
        "E-mail: a@example.com → b@example.com, Last name: – → Vos, Language: Dutch → German, "
        "No mails until: – → Feb. 1, 2027, 00:00:00 CET, sold_up: – → Yes, tags: x"
    )


SPOKEN = [
    ("en", "Vegetarian: Yes, Born on: Feb. 29, 2000", "Times are in the time zone Asia/Tokyo."),
    ("nl", "Vegetarian: Ja, Born on: 29 februari 2000", "De tijden zijn in de tijdzone Asia/Tokyo"),
    ("de", "Vegetarian: Ja, Born on: 29. Februar 2000", "Zeiten sind in der Zeitzone Asia/Tokyo"),
    (
        "fr",
        "Vegetarian: Oui, Born on: 29 février 2000",
        "Les heures sont dans le fuseau Asia/Tokyo",
    ),
    ("es", "Vegetarian: Sí, Born on: 29 de febrero de 2000", "Las horas son de la zona Asia/Tokyo"),
]


@pytest.mark.parametrize(("language", "facts", "zone"), SPOKEN, ids=[row[0] for row in SPOKEN])
def test_facts_are_said_in_the_readers_words_and_time(client, scene, language, facts, zone):
    """The file that is taken away keeps what programs read."""
    own = (("veggie", "Vegetarian", "yes_no"), ("born", "Born on", "date"))
    for position, (key, label, kind) in enumerate(own):
        Field.objects.create(
            workspace=scene.people[0].workspace,
            key=key,
            label=label,
            kind=kind,
            position=position,
        )
    Contact.objects.filter(pk=scene.people[0].pk).update(
        fields={"veggie": True, "born": "2000-02-29"}, language=language, time_zone="Asia/Tokyo"
    )
    scene.people[0].refresh_from_db()
    page = html.unescape(client.get(reverse("privacy:everything", args=[sealed(scene)])).text)
    assert facts in page
    assert zone in page
    assert f"{scene.people[0].created_at.astimezone(ZoneInfo('Asia/Tokyo')):%H:%M:%S} JST" in page
    assert "UTC" not in page
    assert file(client, scene)["profile"][0]["fields"] == {"veggie": True, "born": "2000-02-29"}


def test_every_column_has_a_label(scene):
    for section in known.about(scene.people[0]):
        for row in section.rows:
            assert all(map(wording.label, row))


def test_who_holds_a_forwarded_mail_sees_how_much_and_not_what(client, scene, token):
    page = client.get(reverse("privacy:asking", args=[token])).text
    assert "g•••@e•••.com" in page
    for secret in ("granted0@", "shop.example", "Netherlands", "Granted"):
        assert secret not in page


def test_where_no_link_can_be_mailed_the_page_says_whom_to_ask(client, scene, token, mailoutbox):
    Campaign.objects.update(sender=None)
    Sender.objects.all().delete()
    page = client.get(f"/p/{token}/kept/").text
    assert "Mail me the link" not in page
    assert "has no mail server of its own" in page
    asked = client.post(f"/p/{token}/kept/", follow=True)
    assert "is on its way" not in asked.text
    assert not mailoutbox


def test_the_link_to_everything_goes_to_the_address_itself_once_in_a_while(
    client, scene, token, monkeypatch, settings
):
    settings.SYSTEM_MAIL_URL = "smtp://mail.example"
    asked: list[int] = []
    monkeypatch.setattr("campaigns.privacy.tasks.mail_link.delay_on_commit", asked.append)
    path = reverse("privacy:asking", args=[token])
    assert client.post(path).status_code == 302
    client.post(path)
    assert asked == [scene.people[0].pk]
    assert links.send(scene.people[0])
    [sent] = mail.outbox
    assert sent.to == ["granted0@example.com"]
    link = next(line for line in sent.body.splitlines() if "/kept/" in line)
    assert client.get(link.removeprefix(settings.PUBLIC_URL)).status_code == 200


@pytest.mark.parametrize("name", ["everything", "take_away"])
def test_a_link_that_is_not_ours_or_too_old_leads_nowhere(client, scene, name, monkeypatch):
    good = sealed(scene)
    other = signing.dumps(scene.people[0].pk, salt="another")
    for text in ("x", other, good[:-1], tokens.unsubscribe_token(scene.people[0].pk)):
        assert client.get(reverse(f"privacy:{name}", args=[text])).status_code == 404
    monkeypatch.setattr(links, "LASTS", timedelta(seconds=-1))
    assert client.get(reverse(f"privacy:{name}", args=[good])).status_code == 404


def test_pages_keep_their_links_to_themselves(client, scene, token):
    for path in (
        reverse("privacy:asking", args=[token]),
        reverse("privacy:everything", args=[sealed(scene)]),
    ):
        answer = client.get(path)
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "no-store" in answer["Cache-Control"]
        assert not answer.cookies


def test_preferences_lead_there(client, scene, token):
    page = client.get(reverse("audience:preferences", args=[token])).text
    assert reverse("privacy:asking", args=[token]) in page
