"""Keep arriving mails: durable before they are acknowledged, many connections per commit.

While one group is written, the next gathers; so ten connections cost one commit, and one
connection never waits for company. Old mails are pruned aside, on a thread of their own.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from enum import Enum

from django.conf import settings
from django.db import Error, IntegrityError, connection

from campaigns.sending.inbox.arriving import Arrived
from campaigns.sending.models import InboxMail

logger = logging.getLogger(__name__)

_GROUP = 200
_PRUNE_SECONDS = 5.0


class Kept(Enum):
    """What became of a mail."""

    STORED = "stored"
    # The database is down: the sender may try again.
    LATER = "later"
    # The workspace is gone, and will not come back.
    NEVER = "never"


class Store:
    """The one writer of the inbox, in an event loop."""

    def __init__(self) -> None:
        self._waiting: asyncio.Queue[tuple[Arrived, asyncio.Future[Kept]]] = asyncio.Queue()
        self._writing = ThreadPoolExecutor(1, "inbox-write")
        self._pruning = ThreadPoolExecutor(1, "inbox-prune")
        self._grown: set[int] = set()

    async def keep(self, mail: Arrived) -> Kept:
        """Return once the mail is on disk, or once it is known that it is not."""
        done: asyncio.Future[Kept] = asyncio.get_running_loop().create_future()
        self._waiting.put_nowait((mail, done))
        return await done

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Write and prune in the background; on the way out, finish what is waiting."""
        tasks = [asyncio.create_task(self._write()), asyncio.create_task(self._prune())]
        try:
            yield
            await self._waiting.join()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for pool in (self._writing, self._pruning):
                pool.submit(connection.close)
                pool.shutdown(wait=True)

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            group = [await self._waiting.get()]
            while len(group) < _GROUP and not self._waiting.empty():
                group.append(self._waiting.get_nowait())
            mails = [mail for mail, _ in group]
            verdicts = await loop.run_in_executor(self._writing, insert, mails)
            for (mail, done), verdict in zip(group, verdicts, strict=True):
                self._grown.add(mail.workspace_id)
                self._waiting.task_done()
                if not done.cancelled():
                    done.set_result(verdict)

    async def _prune(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_PRUNE_SECONDS)
            grown, self._grown = self._grown, set()
            for workspace_id in grown:
                await loop.run_in_executor(self._pruning, prune, workspace_id)


def insert(mails: list[Arrived]) -> list[Kept]:
    """Store the mails in one commit, and say what became of each."""
    try:
        InboxMail.objects.bulk_create([_row(mail) for mail in mails])
    except IntegrityError:
        if len(mails) == 1:
            return [Kept.NEVER]
        return [verdict for mail in mails for verdict in insert([mail])]
    except Error:
        logger.warning("The inbox cannot store mails now", exc_info=True)
        connection.close()
        return [Kept.LATER] * len(mails)
    return [Kept.STORED] * len(mails)


def prune(workspace_id: int) -> None:
    """Delete all but the newest `INBOX_LIMIT` mails of a workspace."""
    try:
        InboxMail.objects.beyond(workspace_id, settings.INBOX_LIMIT).delete()
    except Error:
        logger.warning("The inbox of workspace %s was not pruned", workspace_id, exc_info=True)
        connection.close()


def _row(mail: Arrived) -> InboxMail:
    return InboxMail(size=len(mail.content), **vars(mail))
