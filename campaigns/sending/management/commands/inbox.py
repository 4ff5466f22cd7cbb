"""Run the SMTP server of the local inbox."""

import asyncio
import errno
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from campaigns.sending.inbox import server


class Command(BaseCommand):
    """Take mail on `INBOX_HOST:INBOX_PORT` until SIGTERM."""

    help = "Run the local inbox: an SMTP server on loopback whose mails the Inbox page shows."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            asyncio.run(server.serve(settings.INBOX_HOST, settings.INBOX_PORT))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise CommandError(
                f"Port {settings.INBOX_PORT} on {settings.INBOX_HOST} is in use: "
                "stop the other program, or set INBOX_PORT to a free port."
            ) from error
