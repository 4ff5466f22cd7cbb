"""Ask whether mail can leave: the local inbox, and each sender's provider."""

import smtplib
import socket

from django.conf import settings

from config.probes import ProbeError


def mail() -> str:
    """Speak to the local inbox; it is where mail goes until a real sender exists."""
    where = f"{settings.INBOX_HOST}:{settings.INBOX_PORT}"
    try:
        with smtplib.SMTP(settings.INBOX_HOST, settings.INBOX_PORT, timeout=5) as smtp:
            smtp.noop()
    except (OSError, smtplib.SMTPException, socket.gaierror) as error:
        raise ProbeError(
            f"the local inbox at {where} does not answer; is `make up` running?"
        ) from error
    return f"the local inbox at {where} answers"
