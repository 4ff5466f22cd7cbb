"""Run an import in a process that kills itself, by SIGKILL, at a chosen moment.

python -m tests.audience.doomed_import IMPORT_ID MODULE.FUNCTION CALL before|after
"""

import importlib
import os
import signal
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


def die_at(place: str, call: int, moment: str) -> None:
    """Make the `call`-th call of a function the last thing this process does."""
    module_name, _dot, name = place.rpartition(".")
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
    import_id, place, call, moment = sys.argv[1:]
    django.setup()
    importing = importlib.import_module("campaigns.audience.importing")
    importing.CHUNK = 100  # type: ignore[attr-defined]  # imported by name
    die_at(place, int(call), moment)
    importing.run(int(import_id))


if __name__ == "__main__":
    main()
