"""Read bounce mailboxes now, or files with mails that came back."""

from __future__ import annotations

import argparse
import mailbox
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from campaigns.accounts.models import Workspace
from campaigns.sending.bounces import reading, taking_in
from campaigns.sending.bounces.models import BounceMailbox


class Command(BaseCommand):
    help = (
        "Read all bounce mailboxes once, whether it is their time or not; or, with --file, "
        "mails from mbox and .eml files. Doing it twice changes nothing."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--file", type=Path, nargs="+", default=[], help="mbox or .eml files")
        parser.add_argument(
            "--workspace", type=int, help="whose mails the files are about, if there are several"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, and say what was found."""
        if options["file"]:
            self._files(options["file"], _workspace(options["workspace"]))
        else:
            self._mailboxes()

    def _files(self, paths: list[Path], workspace: Workspace) -> None:
        counts: Counter[str] = Counter()
        for path in paths:
            try:
                for content in _mails(path):
                    counts[taking_in.take_in(workspace.pk, content).verdict] += 1
            except OSError as error:
                raise CommandError(f"{path}: {error.strerror}") from error
        self._say(counts)

    def _mailboxes(self) -> None:
        broken = 0
        for found in BounceMailbox.objects.order_by("pk"):
            before = Counter(found.mails.counts())
            while reading.read(found.pk):
                pass
            found.refresh_from_db()
            self.stdout.write(f"Sender {found.sender_id}:")
            if found.trouble:
                broken += 1
                self.stdout.write(f"  {found.trouble}")
            self._say(Counter(found.mails.counts()) - before)
        if broken:
            raise CommandError(f"{broken} mailboxes cannot be read.")

    def _say(self, counts: Counter[str]) -> None:
        for verdict, count in counts.most_common():
            self.stdout.write(f"  {verdict}: {count}")
        if not counts:
            self.stdout.write("  nothing new")


def _workspace(pk: int | None) -> Workspace:
    found = list(Workspace.objects.filter(**({"pk": pk} if pk else {}))[:2])
    if len(found) != 1:
        raise CommandError("Name the workspace with --workspace.")
    return found[0]


def _mails(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        is_mbox = file.read(5) == b"From "
    if not is_mbox:
        yield path.read_bytes()
        return
    box = mailbox.mbox(path, create=False)
    for key in box.iterkeys():
        yield box.get_bytes(key)
