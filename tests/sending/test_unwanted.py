"""Mails that a mailbox provider does not want: told at the door, by a webhook, or by mail."""

import pytest
from django.utils import timezone

from campaigns.accounts.models import Provider
from campaigns.audience.models import Suppression
from campaigns.sending import facts, tasks
from campaigns.sending.models import Alarm, Delivery
from campaigns.sending.outcomes import Outcome, Verdict
from campaigns.sending.pacing import answers, breakers, easing
from campaigns.sending.querysets import holding, signals
from campaigns.sending.severities import Severity
from tests import world
from tests.sending import stage
from tests.sending.telling import postmark_event, tell

pytestmark = pytest.mark.django_db(transaction=True)


def gmail(workspace, people=300, waiting=5):
    """A campaign whose mails to Gmail were taken by our provider; some wait."""
    campaign = stage.make_sending(workspace, people=0)
    for n in range(people + waiting):
        contact = world.make_contact(workspace, email=f"p{n}@gmail.com")
        stage.make_delivery(campaign, contact)
    stage.taken(campaign, people, "gmail")
    return campaign


def say(pk, kind="bounced", reason="blocked", severity=Severity.BLOCKED):
    delivery = Delivery.objects.get(pk=pk)
    told = facts.Told(
        delivery=delivery,
        source="mailgun",
        key=f"{pk}-{kind}-{reason}",
        kind=kind,
        at=timezone.now(),
        severity=severity,
        reject_reason=reason,
    )
    facts.take_in(told)


@pytest.mark.parametrize("reason", ["blocked", "spam"])
@pytest.mark.parametrize("kind", ["bounced", "deferred"])
def test_what_a_provider_tells_to_be_unwanted_holds_that_part(workspace, kind, reason):
    campaign = gmail(workspace)
    for pk in stage.some(campaign, 29):
        say(pk, kind, reason)
    assert breakers.look() == []
    for pk in stage.some(campaign, 30):
        say(pk, kind, reason)
    [alarm] = breakers.look()
    assert (alarm.cause, alarm.mailbox) == ("blocks", "gmail")
    assert (alarm.counted, alarm.handed) == (30, 300)
    assert holding.count_held(campaign.pk, "gmail") == 5
    campaign.refresh_from_db()
    assert campaign.status == "sending"


@pytest.mark.parametrize(
    ("kind", "reason", "severity"),
    [
        ("bounced", "bounced", Severity.SOFT),
        ("bounced", "other", Severity.BLOCKED),
        # Our own provider did not even try: it remembers an earlier report.
        ("rejected", "spam", Severity.NONE),
        ("rejected", "blocked", Severity.NONE),
        ("unsubscribed", "unsubscribed", Severity.NONE),
    ],
)
def test_other_news_say_nothing_of_it(workspace, kind, reason, severity):
    campaign = gmail(workspace, people=1, waiting=0)
    [pk] = stage.some(campaign, 1)
    say(pk, kind, reason, severity)
    assert signals.read([campaign.pk])[campaign.pk]["gmail"].blocked == 0


def test_what_got_through_after_all_does_not_count(workspace):
    campaign = gmail(workspace, people=2, waiting=0)
    first, second = stage.some(campaign, 2)
    for pk in (first, second):
        say(pk, "deferred")
    say(first, "delivered", "", Severity.NONE)
    assert signals.read([campaign.pk])[campaign.pk]["gmail"].blocked == 1


def test_what_was_refused_at_the_door_counts_once(workspace):
    campaign = gmail(workspace, people=1, waiting=0)
    signals.add(campaign.pk, {"gmail": signals.Answers(blocked=1)}, age=0)
    Delivery.objects.update(state="failed", enhanced_code="5.7.1")
    say(Delivery.objects.get().pk)
    assert signals.read([campaign.pk])[campaign.pk]["gmail"].blocked == 1


@pytest.mark.parametrize(
    ("type_", "words"),
    [
        ("Blocked", "rejected"),
        ("DMARCPolicy", "rejected"),
        # Read as a dead address, though the server said why.
        ("HardBounce", "smtp;550 5.7.26 this mail has been blocked: unauthenticated"),
        ("SoftBounce", "smtp;421-4.7.28 unusual rate of unsolicited mail"),
    ],
)
def test_it_comes_in_through_a_providers_door(client, workspace, rung, type_, words):
    provider = Provider.objects.create(workspace=workspace, name="Postmark", kind="postmark")
    campaign = gmail(workspace, people=250)
    for delivery in Delivery.objects.filter(pk__in=stage.some(campaign, 25)):
        event = postmark_event(
            delivery, "Bounce", ID=delivery.pk, Email=delivery.address, Type=type_, Details=words
        )
        for _ in range(2):
            assert tell(client, provider, event).status_code == 200
    tasks.tick()
    [alarm] = Alarm.objects.all()
    assert (alarm.mailbox, alarm.counted, alarm.handed) == ("gmail", 25, 250)
    # It is about us: they are mailed again.
    assert not Suppression.objects.exists()
    assert not Delivery.objects.filter(hard_bounced_at__isnull=False).exists()


def test_greylisting_that_a_provider_tells_is_no_block(client, workspace):
    provider = Provider.objects.create(workspace=workspace, name="Postmark", kind="postmark")
    campaign = gmail(workspace, people=1, waiting=0)
    delivery = campaign.deliveries.get()
    words = "smtp;451 4.7.1 Greylisted, come back later"
    event = postmark_event(
        delivery, "Bounce", ID=1, Email=delivery.address, Type="SoftBounce", Details=words
    )
    assert tell(client, provider, event).status_code == 200
    assert signals.read([campaign.pk])[campaign.pk]["gmail"].blocked == 0


def test_what_our_provider_does_not_even_try_is_no_block(client, workspace):
    """It has the address on its own list: that says nothing about us today."""
    provider = Provider.objects.create(workspace=workspace, name="Postmark", kind="postmark")
    campaign = gmail(workspace, people=1, waiting=0)
    delivery = campaign.deliveries.get()
    event = postmark_event(
        delivery, "Bounce", ID=1, Email=delivery.address, Type="ManuallyDeactivated"
    )
    assert tell(client, provider, event).status_code == 200
    assert signals.read([campaign.pk])[campaign.pk]["gmail"].blocked == 0


@pytest.mark.parametrize(
    ("code", "enhanced", "text", "is_block"),
    [
        (550, "5.7.1", "no", True),
        (451, "4.7.1", "try later", True),
        # As large providers say it without a code, or with one that says nothing.
        (554, "", "Reject due to policy restrictions", True),
        (550, "", "SC-001 messages weren't sent; part of their network is on our block list", True),
        (550, "5.0.0", "Your IP is listed by Spamhaus", True),
        (554, "5.5.0", "blocked for spam", True),
        (421, "", "reputation of your network is too low", True),
        # A code that says something is believed.
        (552, "5.2.2", "mailbox full; spam folder over quota", False),
        (550, "5.1.1", "no such user, blocked", False),
        (550, "", "user unknown", False),
        # Everybody is asked to come back once.
        (450, "4.7.1", "Greylisted, please come back in 300 seconds", False),
        (451, "4.7.1", "Recipient address rejected: Greylisting in action", False),
        # An API's own refusal is not a mailbox provider's.
        (422, "", "marked as spam by our policy", False),
    ],
)
def test_what_a_server_says_at_the_door(code, enhanced, text, is_block):
    verdict = Verdict.DEFERRED if code < 500 and code != 422 else Verdict.REFUSED
    assert answers.is_block(Outcome(verdict, code, enhanced, text)) == is_block


def test_greylisting_slows_nothing_down():
    assert not easing.is_slow_down(Outcome(Verdict.DEFERRED, 451, "4.7.1", "Greylisted for 300 s"))
