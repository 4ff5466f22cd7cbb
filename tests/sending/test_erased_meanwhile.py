"""Who is erased while others write of them, or of whom else a campaign went to: none waits in a
circle.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest
from anymail.signals import EventType
from django.db import connection, transaction
from django.utils import timezone

from campaigns.audience.models import Contact
from campaigns.privacy.erasing import erase
from campaigns.sending import facts
from campaigns.sending.models import Delivery
from campaigns.sending.querysets import again, digests, moves
from campaigns.sending.severities import Severity
from tests import world
from tests.audience.duplicates.pairs import unite
from tests.sending import stage
from tests.turns import beside

pytestmark = pytest.mark.django_db(transaction=True)

# So many people share a row of bits.
BLOCK = 4096
NOW = timezone.now()


@pytest.fixture(params=["near", "far"])
def near_and_far(request, workspace):
    """A campaign that is over, to three people of one row of bits and three of the next.

    Its mails stand in either order.
    """
    first = Contact.objects.order_by("pk").last()
    base = ((first.pk if first else 0) // BLOCK + 1) * BLOCK
    near = [world.make_contact(workspace, pk=base + n) for n in range(1, 4)]
    far = [world.make_contact(workspace, pk=base + BLOCK + n) for n in range(1, 4)]
    campaign = world.make_campaign(
        workspace, status="sending", launched_at=timezone.now(), on_unknown="hold"
    )
    for contact in (*near, *far) if request.param == "near" else (*far, *near):
        stage.make_delivery(campaign, contact)
    mails = Delivery.objects.filter(campaign=campaign)
    now = timezone.now()
    stage.become(mails, "unknown", done_at=now, sending_at=now, unknown_since=now)
    # What is confirmed is not sent again.
    mine = mails.filter(contact__in=[near[0].pk, far[0].pk])
    stage.become(mine, "sent", done_at=now, sending_at=now)
    assert moves.finish(campaign.pk)
    assert digests.make(campaign.pk)
    return campaign, near, far


def also_erased(_campaign, near, far, _member):
    return lambda: erase([near[2].pk, far[2].pk])


def made_one(_campaign, near, far, member):
    return lambda: unite(near[2], far[2], member)


def sent_again(campaign, _near, _far, _member):
    def resend():
        with transaction.atomic():
            assert again.locked(campaign.pk)
            again.resend(campaign.pk, as_of=again.now(), after=0)

    return resend


@pytest.mark.parametrize(
    "ways", [("nestloop", "indexscan", "bitmapscan"), ("hashjoin", "mergejoin")]
)
@pytest.mark.parametrize("prepare", [also_erased, made_one, sent_again])
def test_whoever_writes_of_others_whom_the_campaign_went_to_waits_for_no_circle(
    member, near_and_far, prepare, ways
):
    campaign, near, far = near_and_far
    work = prepare(campaign, near, far, member)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            erase([near[0].pk])
            begun = beside(pool, lambda: planned_without(ways, work))
            assert not begun.done(), begun.exception() or "it waited for nobody"
            erase([far[0].pk])
        begun.result()
    assert not Contact.objects.filter(pk__in=[near[0].pk, far[0].pk]).exists()


def planned_without(ways, work):
    """As the planner may have it where there are more people, or fewer."""
    with connection.cursor() as cursor:
        for way in ways:
            cursor.execute(f"SET enable_{way} = off")
    return work()


def complained(_people, mail, _member):
    told = facts.Told(delivery=mail, source="postmark", key="1", at=NOW, kind=EventType.COMPLAINED)
    return lambda: facts.take_in(told)


def left(_people, mail, _member):
    told = facts.Told(
        delivery=mail, source="postmark", key="1", at=NOW, kind=EventType.UNSUBSCRIBED
    )
    return lambda: facts.take_in(told)


def refused_softly(_people, mail, _member):
    told = facts.Told(
        delivery=mail,
        source="postmark",
        key="1",
        at=NOW,
        kind=EventType.BOUNCED,
        severity=Severity.SOFT,
    )
    return lambda: facts.take_in(told)


def united(people, _mail, member):
    return lambda: unite(people[0], people[1], member)


def erased_too(people, _mail, _member):
    return lambda: erase([people[0].pk])


@pytest.mark.parametrize("prepare", [complained, left, refused_softly, united, erased_too])
def test_whoever_waits_for_a_person_holds_no_mail_of_theirs(workspace, member, prepare):
    campaign = stage.make_sending(workspace, people=2)
    stage.become(Delivery.objects.all(), "sent", done_at=timezone.now(), sending_at=timezone.now())
    people = list(workspace.contacts.order_by("pk"))
    mail = Delivery.objects.get(campaign=campaign, contact=people[0])
    work = prepare(people, mail, member)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Contact.objects.select_for_update().get(pk=people[0].pk)
            begun = beside(pool, work)
            assert not begun.done(), begun.exception() or "it waited for nobody"
            assert list(Delivery.objects.select_for_update(skip_locked=True).filter(pk=mail.pk))
        begun.result()
