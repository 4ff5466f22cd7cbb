"""Mail a member: that somebody asks for their yes, and whatever else is said of campaigns."""

from __future__ import annotations

import logging
import smtplib

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from campaigns.composing.models import Approval

logger = logging.getLogger(__name__)

SECONDS = 20


def tell(approval_id: int, asked_of: int) -> bool:
    """Mail the one who is asked, and say whether the server took it.

    Nobody is told who has answered, or is not the one asked any more. It is tried once: what is
    asked for stands on their pages too.
    """
    approval = (
        Approval.objects.filter(pk=approval_id, asked_of=asked_of, approved_at=None)
        .select_related("workspace", "campaign", "asked_of", "asked_by")
        .first()
    )
    if approval is None:
        return False
    with translation.override(settings.LANGUAGE_CODE):
        mail = _mail(approval)
    return post(mail, about=f"approval {approval_id}")


def post(mail: EmailMessage, *, about: str) -> bool:
    """Hand over a mail to a member, and say whether the server took it."""
    mail.connection = get_connection(timeout=SECONDS)
    try:
        return bool(mail.send())
    except (OSError, smtplib.SMTPException) as error:
        logger.warning("Somebody was not told of %s (%s)", about, type(error).__name__)
        return False


def _mail(approval: Approval) -> EmailMessage:
    asked_of, asked_by = approval.asked_of, approval.asked_by
    # Nobody's name begins another line of a mail's head.
    name = " ".join(approval.campaign.name.split())
    page = settings.PUBLIC_URL + reverse("composing:talk", args=[approval.campaign_id])
    who = asked_by.email if asked_by else approval.workspace.name
    words = _(
        "%(who)s asks you to look at the campaign “%(name)s” of %(workspace)s and to say yes to "
        "it. It goes out only with your yes:"
    )
    facts = {"who": who, "name": name, "workspace": approval.workspace.name}
    subject = _("Your yes is asked for: “%(name)s”") % {"name": name}
    return EmailMessage(
        subject,
        f"{words % facts}\n\n{page}\n",
        to=[asked_of.email] if asked_of else [],
        headers={"Auto-Submitted": "auto-generated"},
    )
