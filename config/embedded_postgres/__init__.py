"""The PostgreSQL that comes with Candid: a server of our own, under `var/`, for one machine.

The programs come from a wheel; how they are run is ours. A server is known to live by its
answer, never by a process id. Only local accounts that own it can connect, over a
Unix socket; nothing listens on the network.
"""

from config.embedded_postgres.places import PostgresError
from config.embedded_postgres.server import Server, url

__all__ = ["PostgresError", "Server", "url"]
