"""Run one of PostgreSQL's own tools on the embedded database, such as psql or pg_dump."""

import os
import sys
import sysconfig
from pathlib import Path

from config.embedded_postgres import places
from config.embedded_postgres.server import ROLE
from config.env import VAR_DIR


def main() -> int:
    """Become the tool; return an exit code only when there is none of that name."""
    folder = Path(sysconfig.get_path("purelib")) / places.PROGRAMS
    tools = sorted(path.name for path in folder.iterdir())
    if len(sys.argv) < 2 or sys.argv[1] not in tools:
        print(f"Name one of: {', '.join(tools)}.", file=sys.stderr)
        return 2
    server = {
        "PGHOST": str(places.find(VAR_DIR).sockets),
        "PGPORT": str(places.PORT),
        "PGUSER": ROLE,
        "PGDATABASE": ROLE,
    }
    tool = str(folder / sys.argv[1])
    os.execve(tool, [tool, *sys.argv[2:]], {**os.environ, **server})  # noqa: S606  # No shell.


if __name__ == "__main__":
    sys.exit(main())
