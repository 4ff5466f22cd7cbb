"""Raise an alarm when a provider records opens or clicks behind our back.

Every mail asks its provider to record nothing, or the provider was to be told so once. An
event about an open or a click says that it does. The event itself is not kept: it is about
a person, and nobody asked them for it.
"""

from __future__ import annotations

import logging
import smtplib
from datetime import timedelta

from anymail.signals import EventType
from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMessage, get_connection
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.accounts import provider_tracking
from campaigns.accounts.models import Member, Provider, User
from campaigns.sending.models import Delivery, Leak
from campaigns.sending.querysets import leaking

logger = logging.getLogger(__name__)

# What no provider of ours should be able to tell.
UNWANTED = frozenset({EventType.OPENED, EventType.CLICKED})
NEWS = timedelta(days=1)
SECONDS = 20
TRY_AGAIN = 300


def note(provider: Provider, delivery: Delivery, kind: str) -> None:
    """Count an open or a click that a provider told of, and raise the alarm."""
    clicked = kind == EventType.CLICKED
    if leaking.count(provider.pk, delivery.pk, clicked=clicked):
        logger.warning("Provider %s records opens or clicks of our mails", provider.pk)


def open_of(workspace_id: int) -> QuerySet[Leak]:
    """Return the alarms of a workspace that nobody has mended, with their providers."""
    found = Leak.objects.filter(provider__workspace=workspace_id, mended_at__isnull=True)
    return found.select_related("provider").order_by("raised_at")


def mend(provider: Provider, *, by: User) -> bool:
    """A member switched it off at the provider; says whether there was an alarm."""
    found = Leak.objects.filter(provider=provider, mended_at__isnull=True)
    return found.update(mended_at=Now(), mended_by=by) == 1


def untold() -> list[int]:
    """Return the alarms that no owner was told of."""
    recent = Leak.objects.filter(
        told_at__isnull=True, mended_at__isnull=True, raised_at__gte=Now() - NEWS
    )
    return list(recent.order_by("raised_at").values_list("pk", flat=True))


def tell(leak_id: int) -> bool:
    """Tell the owners by mail, once, and say whether this call did.

    A mail server that takes nothing is tried again some minutes later.
    """
    rows = Leak.objects.filter(pk=leak_id)
    if not cache.add(f"sending:leak:{leak_id}", "tried", TRY_AGAIN):
        return False
    if not rows.filter(told_at__isnull=True).update(told_at=Now()):
        return False
    leak = rows.select_related("provider").get()
    owners = Member.objects.owners(leak.provider.workspace_id).filter(user__is_active=True)
    told = [_send(_mail(leak, owner)) for owner in owners.values_list("user__email", flat=True)]
    if told and not any(told):
        rows.update(told_at=None)
        return False
    return True


def what(leak: Leak) -> str:
    """Say in a sentence what the provider told."""
    opens = ngettext("%(n)d open", "%(n)d opens", leak.opens) % {"n": leak.opens}
    clicks = ngettext("%(n)d click", "%(n)d clicks", leak.clicks) % {"n": leak.clicks}
    said = _("%(provider)s told us of %(opens)s and %(clicks)s in your mails: it records them.")
    words = said % {"provider": leak.provider.name, "opens": opens, "clicks": clicks}
    if leak.unagreed:
        further = ngettext(
            "%(n)d of them was by somebody who did not agree to that.",
            "%(n)d of them were by people who did not agree to that.",
            leak.unagreed,
        )
        words = f"{words} {further % {'n': leak.unagreed}}"
    return words


def advice(leak: Leak) -> str:
    """Say what to do about it."""
    how = provider_tracking.how_to_switch_off(leak.provider.kind)
    after = _("We keep none of it. Have what it recorded deleted there.")
    return f"{how} {after}"


def _mail(leak: Leak, address: str) -> EmailMessage:
    name = " ".join(leak.provider.name.split())
    page = settings.PUBLIC_URL + reverse("sending:leaks")
    body = "\n\n".join((what(leak), advice(leak), page))
    subject = _("%(name)s tracks your readers behind your back") % {"name": name}
    return EmailMessage(subject, body, to=[address])


def _send(mail: EmailMessage) -> bool:
    """Send to one owner; what is wrong with one address must not double the others' mail."""
    mail.connection = get_connection(timeout=SECONDS)
    try:
        mail.send()
    # ValueError: an address that cannot be written.
    except (OSError, smtplib.SMTPException, ValueError) as error:
        logger.warning("An owner could not be told of a leak (%s)", type(error).__name__)
        return False
    return True
