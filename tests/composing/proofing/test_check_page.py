"""The page that reads a campaign's proofs, and where its buttons go."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.accounts import dns_records
from campaigns.composing.models import Campaign, LinkLook
from campaigns.composing.proofing import looking, proof
from campaigns.sending import proofing
from campaigns.sending.models import Delivery
from campaigns.sending.querysets import launching
from tests import world

Format = Campaign.Format


@pytest.fixture
def campaign(workspace, sender):
    return world.make_campaign(
        workspace,
        sender=sender,
        lists=[world.make_list(workspace)],
        preheader="Rye and oat",
        body="Our bread is warm at seven.\n\n[Shop](https://bakery.nl/)",
    )


def url(name, campaign):
    return reverse(f"composing:{name}", args=[campaign.pk])


def page(client, campaign, name="check"):
    answer = client.get(url(name, campaign))
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("form", [Format.MARKDOWN, Format.HTML, Format.MJML])
def test_a_finding_goes_to_its_line(workspace, sender, form):
    around = {
        Format.MARKDOWN: "{}",
        Format.HTML: '<html lang="en"><body>{}</body></html>',
        Format.MJML: "<mjml><mj-body><mj-section><mj-column><mj-text>{}</mj-text></mj-column>"
        "</mj-section></mj-body></mjml>",
    }[form]
    link = "[Shop](http://bakery.nl/?a=1&b=2)"
    if form != Format.MARKDOWN:
        link = '<a href="http://bakery.nl/?a=1&amp;b=2">Shop</a>'
    campaign = world.make_campaign(
        workspace, sender=sender, lists=[world.make_list(workspace)], preheader="x", format=form,
        body=around.format(f"Bread\n\nand cake\n\n{link}"),
    )  # fmt: skip
    found = [one for one in proof.of_mail(campaign) if "not encrypted" in one.finding.message]
    assert [(one.place, one.href) for one in found] == [
        ("line 5", f"{url('edit', campaign)}#line-5")
    ]


def test_a_finding_goes_to_its_block(workspace, sender):
    blocks = [
        {"type": "text", "html": "<p>Our bread is warm at seven in the morning, as always.</p>"},
        {
            "type": "columns",
            "columns": [
                [{"type": "text", "html": "<p>Rye</p>"}],
                [{"type": "button", "label": "Shop", "href": "http://bakery.nl/?a=1&b=2"}],
            ],
        },
    ]
    campaign = world.make_campaign(
        workspace, sender=sender, lists=[world.make_list(workspace)], preheader="x",
        format=Format.BLOCKS, body=json.dumps({"version": 1, "blocks": blocks}),
    )  # fmt: skip
    (found,) = [one for one in proof.of_mail(campaign) if "encrypted" in one.finding.message]
    assert (found.place, found.href) == ("block 4", f"{url('edit', campaign)}#block-4")


def test_what_blocks_comes_first_and_goes_to_its_field(alice, campaign):
    campaign.subject = ""
    campaign.save()
    first, *_others = proof.of_mail(campaign)
    assert (first.finding.weight, first.href) == ("must", f"{url('edit', campaign)}#id_subject")
    text = page(alice, campaign)
    assert "Must be mended:" in text
    assert url("check_others", campaign) not in text, "it could not be sent to them anyway"


def test_a_good_mail_is_said_to_be_good(alice, campaign):
    words = {"type": "text", "html": "<p>Our bread is warm at seven.</p>"}
    campaign.format, campaign.body = Format.BLOCKS, json.dumps({"version": 1, "blocks": [words]})
    campaign.save()
    text = page(alice, campaign)
    assert text.count("Nothing to mend in the mail itself.") == 1
    assert "The mail has no such link." in text


def test_links_that_nobody_followed_are_not_said_to_be_good(alice, campaign):
    text = page(alice, campaign)
    assert "Nothing to mend" not in text
    assert "1 link that is the same for everybody." in text
    assert "Nobody has followed them yet" in text


def test_links_are_followed_by_a_worker(alice, campaign, monkeypatch):
    rung: list[int] = []
    monkeypatch.setattr("campaigns.composing.tasks.look_at_links.delay", rung.append)
    answer = alice.post(url("check_links", campaign))
    assert "Followed 0 of 1" in answer.content.decode()
    assert rung == [campaign.workspace_id]
    LinkLook.objects.update(looked_at=timezone.now(), status=200)
    text = page(alice, campaign, "check_links")
    assert "All of them lead to a page." in text
    assert "Look again" in text


def test_looking_at_the_page_asks_nobody(alice, campaign):
    page(alice, campaign)
    page(alice, campaign, "check_links")
    assert not LinkLook.objects.exists()


def test_recipients_and_the_domain_are_told_after_the_page(alice, workspace, campaign, monkeypatch):
    monkeypatch.setattr(dns_records, "texts", lambda _name: pytest.fail("the inbox needs no DNS"))
    world.make_contact(workspace, on=campaign.lists.get())
    campaign.body = "Dear {{ contact.first_name }}"
    campaign.save()
    assert "1 of 1 recipients have nothing for" in page(alice, campaign, "check_others")


def test_who_was_mailed_today_is_counted(workspace, campaign):
    on = campaign.lists.get()
    earlier = world.make_campaign(workspace, launched_at=timezone.now())
    for number, hours in enumerate([1, 1, 40]):
        contact = world.make_contact(workspace, on=on)
        Delivery.objects.create(
            workspace=workspace, campaign=earlier, contact=contact, revision=1, state="sent",
            address=contact.email, address_key=f"{number}", domain="example.com",
            mode="none", done_at=timezone.now() - timedelta(hours=hours),
        )  # fmt: skip
    workspace.time_zone = "UTC"
    midnight = timezone.now() - timedelta(hours=2)
    assert launching.mailed_since(campaign, midnight) == 2
    assert launching.mailed_since(earlier, midnight) == 0


def test_the_number_mailed_today_is_good_to_know(campaign, monkeypatch):
    assert list(proofing.mailed_today(campaign)) == []
    monkeypatch.setattr(launching, "mailed_since", lambda _campaign, _since: 3)
    (finding,) = proofing.mailed_today(campaign)
    assert finding.message.startswith("3 of the recipients have got a mail")


def test_a_mail_that_cannot_be_read_has_no_links(campaign):
    campaign.body = "{{ contact.nothing"
    assert proof.of_links(campaign)["links"] == 0
    assert looking.looks(campaign.workspace, []) == []


def test_other_workspaces_campaigns_are_not_found(alice):
    other = world.make_campaign(world.make_workspace())
    for name in ("check", "check_others", "check_links"):
        assert alice.get(url(name, other)).status_code == 404
