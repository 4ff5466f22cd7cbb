"""Tell the owners of a workspace that something was stopped, and lift an alarm again."""

from __future__ import annotations

import logging
import smtplib
from datetime import timedelta

from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.accounts.models import Member, User
from campaigns.sending.models import Alarm, Canary, Tally
from campaigns.sending.pacing import domains, words
from campaigns.sending.querysets import holding

logger = logging.getLogger(__name__)

# Older news are on the page, and help nobody by mail.
NEWS = timedelta(days=1)
SECONDS = 20
TRY_AGAIN = 300


def whole(campaign_id: int) -> Alarm | None:
    """Return the alarm that stopped the campaign, if one did."""
    return _open(campaign_id).filter(mailbox="").first()


def parts(campaign_id: int) -> list[Alarm]:
    """Return the alarms that hold mailbox providers' parts of the campaign."""
    return list(_open(campaign_id).exclude(mailbox="").order_by("raised_at"))


def lift(campaign_id: int, *, by: User | None = None) -> bool:
    """A person let the campaign go on: count anew. Says whether a breaker had stopped it.

    The first few of it were looked at, so the rest need not wait for them again.
    """
    if not _open(campaign_id).filter(mailbox="").update(lifted_at=Now(), lifted_by=by):
        return False
    Tally.objects.filter(campaign=campaign_id).delete()
    Canary.objects.filter(campaign=campaign_id, ended_at__isnull=True).update(ended_at=Now())
    return True


def lift_part(campaign_id: int, mailbox: str, *, by: User) -> bool:
    """Let a mailbox provider's part go on, and say whether it was held."""
    if mailbox not in domains.NAMES:
        return False
    # At once, or a tick in between would count the old answers again.
    with transaction.atomic():
        held = _open(campaign_id).filter(mailbox=mailbox)
        if not held.update(lifted_at=Now(), lifted_by=by):
            return False
        Tally.objects.filter(campaign=campaign_id, mailbox=mailbox).delete()
    holding.let_go(campaign_id, mailbox)
    return True


def untold() -> list[int]:
    """Return the alarms that no owner was told of."""
    recent = Alarm.objects.filter(told_at__isnull=True, raised_at__gte=Now() - NEWS)
    return list(recent.order_by("raised_at").values_list("pk", flat=True))


def tell(alarm_id: int) -> bool:
    """Tell the owners by mail, once, and say whether this call did.

    A mail server that takes nothing is tried again some minutes later.
    """
    rows = Alarm.objects.filter(pk=alarm_id)
    if not cache.add(f"sending:alarm:{alarm_id}", "tried", TRY_AGAIN):
        return False
    if not rows.filter(told_at__isnull=True).update(told_at=Now()):
        return False
    alarm = rows.select_related("campaign").get()
    owners = Member.objects.owners(alarm.campaign.workspace_id).filter(user__is_active=True)
    addresses = list(owners.values_list("user__email", flat=True))
    told = [_send(_mail(alarm, address)) for address in addresses]
    if told and not any(told):
        rows.update(told_at=None)
        return False
    return True


def _send(mail: EmailMessage) -> bool:
    """Send to one owner; what is wrong with one address must not double the others' mail."""
    mail.connection = get_connection(timeout=SECONDS)
    try:
        mail.send()
    except (OSError, smtplib.SMTPException) as error:
        logger.warning("An owner could not be told of an alarm (%s)", type(error).__name__)
        return False
    return True


def _open(campaign_id: int) -> QuerySet[Alarm]:
    return Alarm.objects.filter(campaign=campaign_id, lifted_at__isnull=True)


def _mail(alarm: Alarm, address: str) -> EmailMessage:
    name = " ".join(alarm.campaign.name.split())
    subject = _("“%(name)s” was stopped") if not alarm.mailbox else _("A part of “%(name)s” waits")
    page = settings.PUBLIC_URL + reverse("sending:campaign", args=[alarm.campaign_id])
    body = "\n\n".join((words.why(alarm), words.advice(alarm), page))
    return EmailMessage(subject % {"name": name}, body, to=[address])
