"""Where a test run lives: a folder and a PostgreSQL of its own, gone when it ends.

Imported before the settings are. Whatever a developer has set up stays untouched: neither
`var/` nor `.env` nor the database that they name is looked at, but for a `DATABASE_URL`
that is set by hand, whose server is then used.
"""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from config.children import spawn
from config.embedded_postgres import Server

# Set in the first process of a run, and inherited by all others.
FOLDER = "CANDID_TEST_RUN"


def prepare() -> None:
    """Point the settings to a folder of this run. Does nothing in processes of the same run."""
    if FOLDER in os.environ:
        return
    folder = Path(tempfile.mkdtemp(prefix="candid-test-"))
    folder.chmod(0o711)  # The account that PostgreSQL runs as must pass.
    (folder / "static").mkdir()  # WhiteNoise warns without it.
    os.environ[FOLDER] = os.environ["CANDID_VAR"] = str(folder)
    os.environ["CANDID_ENV_FILE"] = os.devnull
    os.environ.setdefault("DATABASE_URL", "")
    os.environ["DATABASE_POOL"] = "0"
    for name in ("PUBLIC_URL", "TRACKING_URL", "CELERY_BROKER_URL", "DEBUG"):
        os.environ.pop(name, None)


def start() -> subprocess.Popen[bytes] | None:
    """Start this run's database, unless `DATABASE_URL` names one."""
    if os.environ["DATABASE_URL"]:
        return None
    server = Server(Path(os.environ[FOLDER]))
    server.prepare()
    process = spawn(
        server.command(),
        env=server.environment(),
        account=server.account,
        cwd=server.home.path,
        death_signal=signal.SIGINT,
    )
    server.wait_until_answering()
    server.make_database()
    return process


def stop(process: subprocess.Popen[bytes] | None) -> None:
    """Stop the database, and remove all that the run has written."""
    if process is not None:
        process.send_signal(signal.SIGINT)
        process.wait(30)
    shutil.rmtree(os.environ[FOLDER], ignore_errors=True)
