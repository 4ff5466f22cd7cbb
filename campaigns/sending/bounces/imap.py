"""Read a mailbox by IMAP (RFC 3501), whose numbers for mails last."""

from __future__ import annotations

import imaplib
import re
import socket
from collections.abc import Sequence

from django.utils.translation import gettext as _

from campaigns.sending.bounces import boxes
from campaigns.sending.bounces.boxes import BoxError, Server


class ImapBox:
    """The inbox of one account. A mail's name is `UIDVALIDITY:UID`."""

    def __init__(self, server: Server) -> None:
        with boxes.translated(imaplib.IMAP4.error):
            self._imap = _Connection(server)
            try:
                self._imap.login(server.user, server.password)
                kind, data = self._imap.select("INBOX")
                if kind != "OK":
                    raise BoxError(_said(data))
                self._validity = self._number("UIDVALIDITY")
            except BaseException:
                self._imap.shutdown()
                raise

    def waiting(self, position: str) -> list[str]:
        validity, _colon, last = position.partition(":")
        first = int(last) + 1 if last and validity == self._validity else 1
        with boxes.translated(imaplib.IMAP4.error):
            kind, data = self._imap.uid("SEARCH", f"UID {first}:*", "UNDELETED")
            if kind != "OK":
                raise BoxError(_said(data))
            numbers = sorted(int(number) for number in b" ".join(filter(None, data)).split())
        # Asked for `7:*`, a server whose last mail is 5 names 5 (RFC 3501 6.4.8).
        return [f"{self._validity}:{number}" for number in numbers if number >= first]

    def fetch(self, uid: str) -> bytes | None:
        number = uid.partition(":")[2]
        with boxes.translated(imaplib.IMAP4.error):
            kind, data = self._imap.uid("FETCH", number, f"(BODY.PEEK[]<0.{boxes.MOST_BYTES}>)")
            if kind != "OK":
                raise BoxError(_said(data))
        return next((bytes(item[1]) for item in data if isinstance(item, tuple)), None)

    def remove(self, uids: Sequence[str]) -> None:
        mine = [uid.partition(":")[2] for uid in uids if uid.startswith(f"{self._validity}:")]
        if not mine:
            return
        numbers = ",".join(mine)
        with boxes.translated(imaplib.IMAP4.error):
            self._imap.uid("STORE", numbers, "+FLAGS.SILENT", r"(\Deleted)")
            # Without UIDPLUS only everything could be expunged, also what a person marked.
            if "UIDPLUS" in self._imap.capabilities:
                self._imap.uid("EXPUNGE", numbers)

    def close(self) -> None:
        try:
            self._imap.logout()
        except (imaplib.IMAP4.error, OSError):
            self._imap.shutdown()

    def _number(self, name: str) -> str:
        _kind, data = self._imap.response(name)
        found = re.fullmatch(rb"[0-9]{1,10}", data[0] or b"") if data else None
        if found is None:
            raise BoxError(_("The server does not number mails for good, as RFC 3501 wants."))
        return found[0].decode()


class _Connection(imaplib.IMAP4):
    """imaplib, connected where we may, and not to be filled by a server that sends too much."""

    def __init__(self, server: Server) -> None:
        self._server = server
        super().__init__(server.host, server.port, timeout=boxes.SECONDS)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        return self._server.connect()

    def read(self, size: int) -> bytes:
        if size > boxes.MOST_BYTES * 2:
            raise self.abort("the server sends more than it was asked for")
        return super().read(size)


def _said(data: Sequence[object]) -> str:
    words = [item.decode("utf-8", "replace") for item in data if isinstance(item, bytes)]
    return " ".join(words)[:300] or _("The server refused.")
