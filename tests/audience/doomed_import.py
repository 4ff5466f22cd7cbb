"""Import, undo or change many in a process that kills itself, by SIGKILL, at a chosen moment.

python -m tests.audience.doomed_import MODULE.VERB IMPORT_ID MODULE.FUNCTION CALL before|after
"""

import importlib
import os
import signal
import subprocess
import sys

import django
from django.conf import settings

from tests import databases

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

_IMPORTS = "campaigns.audience.imports"


def run(verb: str, import_id: int, place: str, call: int, moment: str) -> None:
    """Start such a process, and make sure that it ended as it should."""
    env = os.environ | {
        "DATABASE_URL": databases.url(),
        "CANDID_VAR": str(settings.MEDIA_ROOT.parent),
        "SECRET_KEY": settings.SECRET_KEY,
    }
    command = [sys.executable, "-m", "tests.audience.doomed_import", verb, str(import_id), place]
    ended = subprocess.run(
        [*command, str(call), moment], env=env, cwd=settings.BASE_DIR, timeout=120
    )
    assert ended.returncode == -signal.SIGKILL


def die_at(place: str, call: int, moment: str) -> None:
    """Make the `call`-th call of a function the last thing this process does."""
    module_name, _dot, name = place.rpartition(".")
    importlib.import_module("campaigns.audience.deleting").STEP = 100  # type: ignore[attr-defined]
    module = importlib.import_module(f"campaigns.audience.{module_name}")
    real = getattr(module, name)
    calls = 0

    def doomed(*args, **kwargs):
        nonlocal calls
        calls += 1
        if calls == call and moment == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(*args, **kwargs)
        if calls == call and moment == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(module, name, doomed)


def main() -> None:
    verb, import_id, place, call, moment = sys.argv[1:]
    django.setup()
    module_name, _dot, name = verb.rpartition(".")
    importlib.import_module(f"{_IMPORTS}.importing").CHUNK = 100  # type: ignore[attr-defined]
    importlib.import_module(f"{_IMPORTS}.undoing").STEP = 100  # type: ignore[attr-defined]
    importlib.import_module("campaigns.audience.bulk.running").STEP = 100  # type: ignore[attr-defined]
    module = importlib.import_module(f"campaigns.audience.{module_name}")
    die_at(place, int(call), moment)
    getattr(module, name)(int(import_id))


if __name__ == "__main__":
    main()
