"""Every finding has a button, and where it goes there is something to mend."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.accounts import dns_records
from campaigns.accounts.models import Provider
from campaigns.audience.models import Segment
from campaigns.composing.approving import asking
from campaigns.composing.blocks import document
from campaigns.composing.models import LinkLook, SegmentUse
from campaigns.composing.proofing import proof, spam
from campaigns.sending.querysets import launching
from tests import world

HTML = '<html lang="en"><body><p>Our bread is warm at seven.</p>{}</body></html>'


@pytest.fixture
def campaign(workspace, sender):
    on = world.make_list(workspace)
    world.make_contact(workspace, on=on)
    return world.make_campaign(
        workspace, sender=sender, lists=[on], preheader="Rye and oat", format="html",
        body=HTML.format(""),
    )  # fmt: skip


def in_html(markup):
    return {"body": HTML.format(markup)}


OF_FIELDS = {
    "Write a subject": {"subject": ""},
    "Choose who the mail is from": {"sender": None},
    "Write something": {"body": ""},
    "not an e-mail address": {"reply_to": "nobody"},
    "no “contact.size”": {"subject": "{{ contact.size }}"},
    "no “contact.shoe”": {"preheader": "{{ contact.shoe }}"},
    "no “contact.hat”": in_html("{{ contact.hat }}"),
    "no “contact.cap”": {"text": "{{ contact.cap }}"},
    "of MailChimp": {"subject": "*|FNAME|*"},
    "The most that can be sent": in_html("x" * 1_000_001),
    "Gmail hides": in_html("<p>Bread</p>" * 9_000),
    "Phones show": {"subject": "Bread " * 12},
    "Without a preheader": {"preheader": ""},
    "which language": {"body": "<html><body><p>Our bread is warm.</p></body></html>"},
    "not encrypted": in_html('<a href="http://bakery.nl/">Shop</a>'),
    "no heading": in_html("<h1>Bread</h1><h3>Rye</h3>"),
    "contrast": in_html('<p style="color:#eee">Rye</p>'),
    "picture": in_html('<img src="https://bakery.nl/rye.jpg" width="300">'),
    "Some mail programs": in_html('<p style="border-radius:9px;box-shadow:0 0 3px">Rye</p>'),
}


@pytest.mark.parametrize("changes", OF_FIELDS.values(), ids=OF_FIELDS)
def test_what_is_found_in_a_mail_has_a_place_to_go_to(alice, campaign, request, changes):
    for name, value in changes.items():
        setattr(campaign, name, value)
    campaign.save()
    follow_all(alice, campaign, proof.of_mail(campaign))


def test_what_is_found_in_blocks_has_a_block_to_go_to(alice, campaign):
    blocks = [
        {"type": "text", "html": "<p>Our bread is warm at seven.</p>"},
        {"type": "image", "src": "https://bakery.nl/rye.jpg", "alt": ""},
        {"type": "button", "label": "Shop", "href": "http://bakery.nl/"},
        {"type": "condition", "field": "gone", "blocks": [{"type": "divider"}]},
    ]
    campaign.format = "blocks"
    for count in (3, 4):
        campaign.body = json.dumps({"version": 1, "blocks": blocks[:count]})
        campaign.save()
        follow_all(alice, campaign, proof.of_mail(campaign))


def test_lists_and_segments_have_a_place_to_go_to(alice, workspace, campaign):
    SegmentUse.objects.create(campaign=campaign, segment=None, name="Gone", excludes=False)
    campaign.lists.clear()
    found = proof.of_mail(campaign)
    assert {one.href.rpartition("#")[2] for one in found} == {"id_lists", "id_segments"}
    follow_all(alice, campaign, found)


def test_a_sender_that_mails_into_the_inbox_has_a_place_to_go_to(alice, workspace, campaign):
    real = Provider.objects.create(workspace=workspace, name="SMTP", kind=Provider.Kind.SMTP)
    world.make_sender(workspace, provider=real)
    found = proof.of_mail(campaign)
    assert [one.finding.weight for one in found] == ["must"]
    follow_all(alice, campaign, found)


def test_a_yes_that_is_missing_is_told_where_members_talk(alice, member, workspace, campaign):
    asking.ask(campaign, member, world.make_member(workspace))
    found = proof.of_mail(campaign)
    assert found[0].finding.weight == "must"
    assert found[0].href == f"/campaigns/{campaign.pk}/talk/"
    follow_all(alice, campaign, found)


def test_recipients_are_looked_at_while_a_yes_is_missing(alice, member, workspace, campaign):
    asking.ask(campaign, member, world.make_member(workspace))
    campaign.body = HTML.format("Dear {{ contact.first_name }}")
    campaign.save()
    text = alice.get(f"/campaigns/{campaign.pk}/check/others/").content.decode()
    assert "1 of 1 recipients have nothing for" in text


def test_what_others_say_has_a_place_to_go_to(alice, workspace, campaign, settings, monkeypatch):
    segment = Segment.objects.create(
        workspace=workspace, name="Near",
        question={"match": "all", "of": [{"what": "country", "how": "is", "values": ["NL"]}]},
    )  # fmt: skip
    real = Provider.objects.create(workspace=workspace, name="SMTP", kind=Provider.Kind.SMTP)
    campaign.sender = world.make_sender(workspace, provider=real)
    tag = f'{{% if contact.segment-{segment.key} == "in" %}}Near{{% endif %}}'
    campaign.body = HTML.format(f"{{{{ contact.first_name }}}} {tag}")
    campaign.save()
    monkeypatch.setattr(dns_records, "texts", lambda _name: [])
    monkeypatch.setattr(launching, "mailed_since", lambda _campaign, _since: 3)
    settings.SPAM_FILTER = "spamd://filter"
    monkeypatch.setattr(spam, "score", lambda _mail: spam.Score(9.0, 5.0, ()))
    found = proof.of_others(campaign)
    said = " ".join(one.finding.message for one in found)
    for words in ("have nothing for", "“Near”", "today already", "no SPF", "takes it for spam"):
        assert words in said
    follow_all(alice, campaign, found)


def test_links_that_lead_nowhere_have_a_place_to_go_to(alice, workspace, campaign):
    campaign.body = HTML.format('<p>\n<a href="https://bakery.nl/gone">Rye</a></p>')
    campaign.save()
    LinkLook.objects.ask(
        workspace.pk,
        ["https://bakery.nl/gone"],
        fresh=timedelta(),
        patience=timedelta(),
    )
    LinkLook.objects.update(looked_at=timezone.now(), status=404, trouble="gone")
    found = proof.of_links(campaign)["found"]
    assert [one.place for one in found] == ["line 2"]
    follow_all(alice, campaign, found)


def follow_all(client, campaign, found):
    """Press every button, and see that there is what it names."""
    assert found, "there is something to find"
    for one in found:
        address, _, place = one.href.partition("#")
        assert address, f"“{one.finding.message}” has no button"
        answer = client.get(address)
        assert answer.status_code == 200
        kind, _, number = place.partition("-")
        if kind == "block":
            assert 1 <= int(number) <= len(document.walk(document.read(campaign.body)["blocks"]))
        elif kind == "line":
            assert 1 <= int(number) <= campaign.body.count("\n") + 1
        elif place:
            assert f'id="{place}"' in answer.content.decode(), f"{place} is not there"
