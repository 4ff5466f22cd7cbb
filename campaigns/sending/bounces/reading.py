"""Read the bounce mailboxes: each mail is taken in once, and what is understood is deleted.

The row that says so is committed together with what it did to the ledger, and before the
server is told to delete anything. So a kill anywhere costs at most that a mail is looked at
twice, which changes nothing. What we do not understand stays in the mailbox for a person.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Mapping
from datetime import timedelta

from django.db import InterfaceError, OperationalError, transaction

from campaigns.sending.bounces import boxes, taking_in
from campaigns.sending.bounces.boxes import Box, BoxError, Server
from campaigns.sending.bounces.imap import ImapBox
from campaigns.sending.bounces.models import BounceMail, BounceMailbox
from campaigns.sending.bounces.pop3 import Pop3Box
from campaigns.sending.bounces.taking_in import Taken

logger = logging.getLogger(__name__)

# One reading: so many mails, and no longer than this; its lease is well beyond.
MOST_MAILS = 200
SECONDS = 60.0
LEASE = timedelta(minutes=10)
PAUSE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=6)
# Rows only keep a mail from being taken in twice; servers keep bounces for less.
KEPT = timedelta(days=90)

_BOXES: Mapping[str, Callable[[Server], Box]] = {
    BounceMailbox.Protocol.IMAP: ImapBox,
    BounceMailbox.Protocol.POP3: Pop3Box,
}
_UNDERSTOOD = {
    BounceMail.Verdict.BOUNCED,
    BounceMail.Verdict.COMPLAINED,
    BounceMail.Verdict.UNSUBSCRIBED,
}


def due() -> list[int]:
    """Mailboxes that it is time to read."""
    return list(BounceMailbox.objects.due().order_by("next_at").values_list("pk", flat=True))


def read(mailbox_id: int) -> bool:
    """Read one mailbox for a while, and say whether there is more.

    Does nothing while somebody else reads it. A server that cannot be read is asked again
    later, and later each time: a wrong password must not lock the account.
    """
    if not BounceMailbox.objects.take(mailbox_id, LEASE):
        return False
    mailbox = BounceMailbox.objects.get(pk=mailbox_id)
    try:
        box = opened(mailbox)
        try:
            more = _work_through(mailbox, box)
            # What is understood by now, and what an earlier reading could not delete.
            waste = mailbox.mails.waste(MOST_MAILS)
            box.remove(waste)
        finally:
            box.close()
        mailbox.mails.deleted(waste)
    except BoxError as error:
        logger.warning("Bounce mailbox %s cannot be read", mailbox_id)
        pause = min(PAUSE * 2 ** min(mailbox.failures, 10), LONGEST_PAUSE)
        BounceMailbox.objects.failed(mailbox_id, str(error), pause)
        return False
    BounceMail.objects.filter(mailbox=mailbox_id).older_than(KEPT).delete()
    BounceMailbox.objects.done(mailbox_id, timedelta(0) if more else PAUSE)
    return more


def check(mailbox: BounceMailbox) -> int:
    """Sign in, and return how many mails wait. Changes nothing. Raises `BoxError`."""
    box = opened(mailbox)
    try:
        waiting = box.waiting(mailbox.position)
        return len(set(waiting) - mailbox.mails.known(waiting))
    finally:
        box.close()


def opened(mailbox: BounceMailbox) -> Box:
    """Connect to the mailbox and sign in. Raises `BoxError`."""
    return _BOXES[mailbox.protocol](boxes.server_of(mailbox))


def _work_through(mailbox: BounceMailbox, box: Box) -> bool:
    ends_at = time.monotonic() + SECONDS
    waiting = box.waiting(mailbox.position)
    known = mailbox.mails.known(waiting)
    fresh = [uid for uid in waiting if uid not in known]
    done = 0
    for uid in fresh[:MOST_MAILS]:
        if time.monotonic() > ends_at:
            break
        _take(mailbox, uid, box.fetch(uid))
        done += 1
    return done < len(fresh)


def _take(mailbox: BounceMailbox, uid: str, content: bytes | None) -> None:
    """Take one mail in, once, and note how far we are."""
    digest = _digest(content or uid.encode())
    with transaction.atomic():
        twin = mailbox.mails.filter(digest=digest).first()
        taken = _understood(mailbox, content) if twin is None else Taken(BounceMail.Verdict.IGNORED)
        verdict = taken.verdict if twin is None else twin.verdict
        mailbox.mails.create(
            uid=uid,
            digest=digest if twin is None else _digest(b"copy " + uid.encode()),
            verdict=taken.verdict,
            delivery_id=taken.delivery_id,
            is_waste=verdict in _UNDERSTOOD,
        )
        if mailbox.protocol == BounceMailbox.Protocol.IMAP:
            BounceMailbox.objects.filter(pk=mailbox.pk).update(position=uid)


def _digest(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=16).digest()


def _understood(mailbox: BounceMailbox, content: bytes | None) -> Taken:
    if content is None:
        return Taken(BounceMail.Verdict.UNREADABLE)
    try:
        with transaction.atomic():
            return taking_in.take_in(mailbox.workspace_id, content)
    except (OperationalError, InterfaceError):
        # The database's trouble and not the mail's, which is read again.
        raise
    except Exception:
        # The worker's outermost loop: one mail must not keep the others from being read.
        logger.exception("A mail in bounce mailbox %s cannot be taken in", mailbox.pk)
        return Taken(BounceMail.Verdict.UNREADABLE)
