"""Mail a report to one member: as text and as HTML, with its file, and a way out.

The intent is committed before the mail server is spoken to. What the server refused is
tried again; what it may have taken is not.
"""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.http import QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.text import slugify

from campaigns.reports import kinds, sheets
from campaigns.reports.models import Receiver, ReportMail

logger = logging.getLogger(__name__)

SECONDS = 20
MOST_TRIES = 6
FIRST_WAIT = timedelta(minutes=5)
# A larger file is a link: many mailboxes take no more than a few megabytes.
LARGEST_FILE = 1_000_000
_signer = signing.Signer(salt="reports.receiver")


def is_possible() -> bool:
    """Whether the operator named a mail server for mails to members."""
    return bool(settings.SYSTEM_MAIL_URL)


def send(mail_id: int) -> bool:
    """Send one mail that waits, and say whether this call did."""
    rows = ReportMail.objects.filter(pk=mail_id)
    if not rows.take():
        return False
    mail = rows.select_related(
        "receiver__member__user", "receiver__schedule__report__workspace"
    ).get()
    if mail.receiver.stopped_at is not None:
        rows.settle(ReportMail.State.FAILED)
        return False
    connection = get_connection(timeout=SECONDS)
    try:
        letter = compose(mail)
        connection.open()
    except OSError as error:
        # Nobody was spoken to about this mail: that says nothing against it.
        _put_off(mail, error)
        return False
    except Exception as error:
        # Nothing was sent, and another day's figures may do: but an operator should see it.
        _put_off(mail, error)
        raise
    letter.connection = connection
    try:
        letter.send()
    except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as error:
        _refused(mail, error)
        return False
    except ValueError as error:
        # An address that cannot be written: found before the mail's first byte left.
        _tell(mail, error)
        rows.settle(ReportMail.State.FAILED)
        return False
    except OSError as error:
        _tell(mail, error)
        rows.settle(ReportMail.State.UNKNOWN)
        return False
    finally:
        connection.close()
    return rows.settle(ReportMail.State.SENT)


def compose(mail: ReportMail) -> EmailMultiAlternatives:
    """Write the mail as things stand now: as members' pages speak, in the workspace's time zone."""
    receiver = mail.receiver
    report = receiver.schedule.report
    workspace, kind = report.workspace, kinds.KINDS[report.kind]
    with translation.override(settings.LANGUAGE_CODE), timezone.override(workspace.zone):
        digest = kind.digest(workspace, QueryDict(report.query))
        file = b"".join(sheets.stream(digest.header, digest.lines))
        context = {
            "report": report,
            "workspace": workspace,
            "schedule": receiver.schedule,
            "digest": digest,
            "due_at": mail.due_at,
            "page": settings.PUBLIC_URL + kind.href(report.query),
            "stop": stop_url(receiver),
            "has_file": len(file) <= LARGEST_FILE,
        }
        subject = " ".join(f"{report.name} – {workspace.name}".split())
        letter = EmailMultiAlternatives(
            subject,
            render_to_string("reports/mail/report.txt", context),
            to=[receiver.member.user.email],
            headers={
                "List-Unsubscribe": f"<{stop_url(receiver)}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                "Auto-Submitted": "auto-generated",
            },
        )
        letter.attach_alternative(
            render_to_string("reports/mail/report.html", context), "text/html"
        )
        if len(file) <= LARGEST_FILE:
            name = slugify(report.name)[:60] or "report"
            letter.attach(f"{name}.csv", file, "text/csv")
    return letter


def stop_url(receiver: Receiver) -> str:
    """Return the address with which the receiver stops these mails, signed in or not."""
    token = _signer.sign(str(receiver.pk))
    return str(settings.PUBLIC_URL) + reverse("reports:stop_mails", args=[token])


def receiver_of(token: str) -> Receiver | None:
    """Return whom a token is about; None for one that is not ours, or of nobody any more."""
    try:
        pk = int(_signer.unsign(token))
    except (signing.BadSignature, ValueError):
        return None
    found = Receiver.objects.filter(pk=pk)
    return found.select_related("schedule__report__workspace", "member__user").first()


@transaction.atomic
def stop(receiver: Receiver) -> bool:
    """Send the receiver nothing of this schedule any more, and say whether that is new."""
    ReportMail.objects.filter(receiver=receiver, state="pending").delete()
    mine = Receiver.objects.filter(pk=receiver.pk, stopped_at__isnull=True)
    return mine.update(stopped_at=timezone.now()) == 1


def _refused(mail: ReportMail, error: Exception) -> None:
    """The server has certainly not taken it: for now, or for good."""
    if any(code >= 500 for code in _codes(error)):
        _tell(mail, error)
        ReportMail.objects.filter(pk=mail.pk).settle(ReportMail.State.FAILED)
        return
    _put_off(mail, error)


def _put_off(mail: ReportMail, error: Exception) -> None:
    _tell(mail, error)
    rows = ReportMail.objects.filter(pk=mail.pk)
    if mail.tries >= MOST_TRIES:
        rows.settle(ReportMail.State.FAILED)
        return
    rows.put_off(FIRST_WAIT * 2 ** (mail.tries - 1))


def _codes(error: Exception) -> Iterator[int]:
    if isinstance(error, smtplib.SMTPResponseException):
        yield error.smtp_code
    elif isinstance(error, smtplib.SMTPRecipientsRefused):
        yield from (code for code, _words in error.recipients.values())


def _tell(mail: ReportMail, error: Exception) -> None:
    logger.warning("Report mail %s could not be sent (%s)", mail.pk, type(error).__name__)
