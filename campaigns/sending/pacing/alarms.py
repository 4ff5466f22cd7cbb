"""Tell the owners of a workspace that something was stopped, and lift an alarm again."""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMessage, get_connection
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.accounts import audit
from campaigns.accounts.models import Member, User
from campaigns.sending.models import Alarm, Canary, DayTally, Tally
from campaigns.sending.pacing import domains, words
from campaigns.sending.querysets import holding

logger = logging.getLogger(__name__)

Cause = Alarm.Cause
# What breakers measure; the rest simply did not go on.
MEASURED = {Cause.HARD_BOUNCES, Cause.COMPLAINTS, Cause.ERRORS, Cause.BLOCKS}
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


def sound(alarm: Alarm) -> bool:
    """Keep the alarm and put it on record, and say whether this call was the one."""
    try:
        with transaction.atomic():
            alarm.save()
            audit.record(
                None,
                alarm.campaign.workspace,
                "breaker_tripped" if alarm.cause in MEASURED else "campaign_stopped",
                campaign=alarm.campaign_id,
                sender=alarm.sender_id,
                cause=alarm.cause,
                mailbox=alarm.mailbox,
                counted=alarm.counted,
                handed=alarm.handed,
            )
    except IntegrityError:
        return False
    return True


def lift(campaign_id: int, *, by: User | None = None) -> bool:
    """A person let the campaign go on: count anew. Says whether it had stopped by itself.

    Must be in a transaction, or a worker in between would count the old answers again.
    """
    alarm = whole(campaign_id)
    if alarm is None:
        return False
    mine = Alarm.objects.filter(lifted_at__isnull=True)
    if alarm.sender_id is not None:
        # One decision about the sender, whichever of its campaigns it is made at.
        mine.filter(sender=alarm.sender_id).update(lifted_at=Now(), lifted_by=by)
        DayTally.objects.filter(sender=alarm.sender_id).delete()
        return True
    mine.filter(pk=alarm.pk).update(lifted_at=Now(), lifted_by=by)
    if alarm.cause in MEASURED:
        Tally.objects.filter(campaign=campaign_id).delete()
        DayTally.objects.filter(campaign=campaign_id).delete()
        # The first few were looked at, so the rest need not wait for them again.
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
    if not cache.add(f"sending:alarm:{alarm_id}", "tried", TRY_AGAIN):
        return False
    alarms = _told_together(alarm_id)
    if not alarms:
        return False
    owners = Member.objects.owners(alarms[0].campaign.workspace_id).filter(user__is_active=True)
    addresses = list(owners.values_list("user__email", flat=True))
    told = [_send(_mail(alarms, address)) for address in addresses]
    if told and not any(told):
        Alarm.objects.filter(pk__in=[alarm.pk for alarm in alarms]).update(told_at=None)
        return False
    return True


def _told_together(alarm_id: int) -> list[Alarm]:
    """Take the alarm to tell of it, with others of the same trouble, in one mail.

    Those of the sender's other campaigns, or whatever else the database stopped.
    """
    rows = Alarm.objects.filter(told_at__isnull=True)
    alarm = rows.filter(pk=alarm_id).select_related("campaign").first()
    if alarm is None:
        return []
    if alarm.sender_id is not None:
        of = Q(sender=alarm.sender_id)
    elif alarm.cause == Cause.DATABASE:
        of = Q(cause=alarm.cause, campaign__workspace=alarm.campaign.workspace_id)
    else:
        of = Q(pk=alarm_id)
    with transaction.atomic():
        # In one order, so that two who tell at once take turns.
        locked = rows.filter(of).order_by("pk").select_for_update(of=("self",))
        found = list(locked.select_related("campaign", "sender"))
        rows.filter(pk__in=[one.pk for one in found]).update(told_at=Now())
    return found


def _send(mail: EmailMessage) -> bool:
    """Send to one owner; what is wrong with one address must not double the others' mail."""
    mail.connection = get_connection(timeout=SECONDS)
    try:
        mail.send()
    # ValueError: an address that cannot be written.
    except (OSError, smtplib.SMTPException, ValueError) as error:
        logger.warning("An owner could not be told of an alarm (%s)", type(error).__name__)
        return False
    return True


def _open(campaign_id: int) -> QuerySet[Alarm]:
    return Alarm.objects.filter(campaign=campaign_id, lifted_at__isnull=True)


def _mail(alarms: Sequence[Alarm], address: str) -> EmailMessage:
    first = alarms[0]
    if first.sender is not None:
        subject = _("Mails from “%(name)s” were stopped") % {"name": _line(first.sender.name)}
    elif first.mailbox:
        subject = _("A part of “%(name)s” waits") % {"name": _line(first.campaign.name)}
    elif len(alarms) > 1:
        subject = _("%(n)d campaigns were stopped") % {"n": len(alarms)}
    else:
        subject = _("“%(name)s” was stopped") % {"name": _line(first.campaign.name)}
    pages = [
        settings.PUBLIC_URL + reverse("sending:campaign", args=[alarm.campaign_id])
        for alarm in alarms
    ]
    again = "" if first.mailbox else _("Who has got the mail does not get it again.")
    parts = [words.why(first), f"{words.advice(first)} {again}".strip(), "\n".join(pages)]
    if first.sender is not None and len(alarms) > 1:
        page = settings.PUBLIC_URL + reverse("sending:pace", args=[first.sender.pk])
        parts.append(_("Let all of them go on at once: %(page)s") % {"page": page})
    return EmailMessage(subject, "\n\n".join(parts), to=[address])


def _line(name: str) -> str:
    """Nobody's name begins another line of a mail's head."""
    return " ".join(name.split())
