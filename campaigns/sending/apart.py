"""Do many things of which none may hold up the others; what fails is told when all had a turn."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Collection, Iterable
from typing import TypeVar

from django.db import connection

logger = logging.getLogger(__name__)

T = TypeVar("T")


class ApartError(Exception):
    """Some of it failed, as the log tells; all else was done."""

    def __init__(self, what: str, failed: Collection[object]) -> None:
        super().__init__(f"{what}: {len(failed)} failed")
        self.failed = failed


def each(what: str, things: Iterable[T], verb: Callable[[T], object]) -> int:
    """Do `verb` to each of the things, and return for how many it answered with a yes.

    Raises `ApartError` at the end if any failed, so that the task fails where operators see it;
    and at once what broke the connection: the next one may lead to another server, of which
    nobody has asked yet whether it may be sent from.
    """
    done, failed = 0, []
    for thing in things:
        try:
            done += bool(verb(thing))
        except Exception as error:
            if not connection.is_usable():
                raise
            failed.append(thing)
            _tell(what, thing, error)
    if failed:
        raise ApartError(what, failed)
    return done


def _tell(what: str, thing: object, error: Exception) -> None:
    """Log what failed and where, and never the error's own words: they may quote somebody's row."""
    name = getattr(thing, "__qualname__", None) or getattr(thing, "pk", thing)
    where = "".join(traceback.format_tb(error.__traceback__))
    logger.error("%s %s failed (%s)\n%s", what, name, type(error).__name__, where)
