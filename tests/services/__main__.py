"""Run what needs real servers: what `make test-services` ends in."""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.__main__ import PYTEST
from tests.services import servers

BASE = Path(__file__).resolve().parent.parent.parent
# Rooms whose tests live or die by what the database does.
DATABASE_NEAR = ("tests/audience", "tests/sending", "tests/tracking", "tests/reports")


def main() -> int:
    """Return 0 when all is well."""
    try:
        servers.install()
        with contextlib.ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="candid-srv-")))
            folder.chmod(0o711)
            started = time.monotonic()
            env = {
                **os.environ,
                "DATABASE_URL": stack.enter_context(servers.postgres(folder)),
                "CANDID_TEST_REDIS": stack.enter_context(servers.redis_server(folder)),
                "CANDID_TEST_RABBITMQ": stack.enter_context(servers.rabbitmq(folder)),
            }
            print(f"servers ready ({time.monotonic() - started:.1f} s)", flush=True)
            return _pytest(env, sys.argv[1:])
    except servers.ServiceError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1


def _pytest(env: dict[str, str], where: list[str]) -> int:
    command = [*PYTEST, "-p", "tests.services.choosing", "-m", "services or not (browser or chaos)"]
    command += where if where not in ([], ["tests"]) else ["tests/services", *DATABASE_NEAR]
    return subprocess.run(command, cwd=BASE, env=env, stdin=subprocess.DEVNULL).returncode


if __name__ == "__main__":
    sys.exit(main())
