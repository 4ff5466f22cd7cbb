"""A mail in its recipient's browser."""

import pytest
from django.urls import reverse

from campaigns.audience import forgetting, recipient_links, tokens
from campaigns.composing import compiling, freezing
from campaigns.composing.models import Campaign
from campaigns.sending.models import Delivery
from tests import world
from tests.composing.letters import make_person
from tests.sending import stage

BODY = (
    "<p>Dear {{ contact.first_name }}, <a href='{{ web_version_url }}'>in your browser</a> "
    "<a href='https://bakery.nl/'>Shop</a> <script>alert(1)</script></p>"
)


@pytest.fixture
def sent(workspace, sender):
    """A mail to Ada, and the token that stands in it."""
    campaign = world.make_campaign(
        workspace, sender=sender, lists=[world.make_list(workspace)], format="html", body=BODY
    )
    freezing.freeze(campaign)
    ada = world.make_contact(workspace, on=campaign.lists.get(), first_name="Ada & Co")
    delivery = stage.make_delivery(campaign, ada, state="sent", mode="individual")
    return delivery, tokens.unsubscribe_token(ada.pk, campaign.pk, delivery.pk)


def test_the_address_that_mails_have_is_the_page(settings):
    path = reverse("sending:web_version", args=["token"])
    assert recipient_links.web_version_url("token") == f"{settings.PUBLIC_URL}{path}"


def test_the_mail_is_shown_as_it_was_sent(client, sent):
    _delivery, token = sent
    answer = client.get(f"/v/{token}/")
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "Dear Ada &amp; Co" in text
    assert recipient_links.web_version_url(token) in text
    assert recipient_links.unsubscribe_url(token) in text


def test_nothing_is_recorded_and_nothing_runs(client, sent):
    delivery, token = sent
    before = Delivery.objects.filter(pk=delivery.pk).values().get()
    answer = client.get(f"/v/{token}/")
    text = answer.content.decode()
    assert "/track/" not in text
    assert "href='https://bakery.nl/'" in text
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "allow-scripts" not in answer["Content-Security-Policy"]
    assert "allow-same-origin" not in answer["Content-Security-Policy"]
    assert (answer["Referrer-Policy"], answer["X-Robots-Tag"]) == ("no-referrer", "noindex")
    assert not answer.cookies
    assert Delivery.objects.filter(pk=delivery.pk).values().get() == before


def test_what_was_sent_stays_when_the_campaign_changes(client, sent):
    _delivery, token = sent
    Campaign.objects.update(body="<p>Other words</p>", revision=2)
    assert "Dear Ada" in client.get(f"/v/{token}/").content.decode()


def test_who_was_erased_is_told_that_it_is_gone(client, sent):
    delivery, token = sent
    forgetting.forget([delivery.contact_id])
    answer = client.get(f"/v/{token}/")
    assert answer.status_code == 404
    assert "not kept here any more" in answer.content.decode()


def test_the_link_of_a_test_mail_says_that_it_is_one(client, db):
    answer = client.get(f"/v/{tokens.unsubscribe_token(0)}/")
    assert "from a test" in answer.content.decode()


def test_a_token_of_somebody_elses_delivery_shows_nothing(client, sent, workspace):
    delivery, _token = sent
    other = world.make_contact(workspace)
    token = tokens.unsubscribe_token(other.pk, delivery.campaign_id, delivery.pk)
    assert client.get(f"/v/{token}/").status_code == 404


@pytest.mark.parametrize("token", ["x", "A" * 200, "é"])
def test_a_forged_token_is_not_found(client, db, token):
    assert client.get(f"/v/{token}/").status_code == 404


def test_the_mail_itself_holds_the_address(sent):
    delivery, token = sent
    mail = compiling.compile_revision(delivery.campaign.revisions.get(), "individual")
    html = mail.parts(make_person()._replace(unsubscribe_token=token)).html
    assert recipient_links.web_version_url(token) in html
