"""How much processor time this process and the database server have used."""

from __future__ import annotations

import time
from dataclasses import dataclass

import psutil
from django.db import connection


@dataclass(frozen=True)
class Used:
    """Seconds of processor time, in user and system mode."""

    own: float
    database: float

    def since(self, before: Used) -> Used:
        """What was used between two looks."""
        return Used(self.own - before.own, self.database - before.database)

    @property
    def both(self) -> float:
        return self.own + self.database


def used() -> Used:
    """Look at both meters. A database on another machine counts as nothing."""
    return Used(time.process_time(), _database())


def _database() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [pid] = cursor.fetchone() or [0]
    try:
        server = psutil.Process(pid).parent()
    except psutil.NoSuchProcess:
        return 0.0
    if server is None or "postgres" not in server.name():
        return 0.0
    times = server.cpu_times()
    total: float = times.user + times.system + times.children_user + times.children_system
    for child in server.children():
        try:
            spent = child.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += spent.user + spent.system
    return total
