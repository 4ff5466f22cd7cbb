"""Examine what Candid stands on, and say what is wrong in one line each."""

from typing import Any

from django.core.checks import ERROR, run_checks
from django.core.management.base import BaseCommand, CommandError

from config import mail_probe, probes, tracking_probe

_EXAMINED: dict[str, probes.Probe] = {
    "database": probes.database,
    "migrations": probes.migrations,
    "sending": probes.sending,
    "broker": probes.broker,
    "mail": mail_probe.mail,
    "tracking": tracking_probe.tracking,
    "place": probes.geoip,
    "spool": probes.spool,
    "disk": probes.disk,
    "clock": probes.clock,
}


class Command(BaseCommand):
    help = "Check settings, database, broker, mail, GeoIP, disk and clock; exit 1 if any is wrong."
    # Its own checks come first in what it says, and must not stop it from saying the rest.
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = self._settings() + sum(self._examine(*item) for item in _EXAMINED.items())
        if wrong:
            raise CommandError(f"{wrong} of these need your attention.", returncode=1)
        self.stdout.write("All is well.")

    def _settings(self) -> int:
        found = [message for message in run_checks() if message.level >= ERROR]
        for message in found:
            self.stdout.write(f"WRONG  settings    {message.msg} [{message.id}]")
        if not found:
            self.stdout.write("ok     settings    no mistake found")
        return len(found)

    def _examine(self, name: str, probe: probes.Probe) -> int:
        try:
            answer = probe()
        except probes.ProbeError as error:
            self.stdout.write(f"WRONG  {name:<11} {error}")
            return 1
        self.stdout.write(f"ok     {name:<11} {answer}")
        return 0
