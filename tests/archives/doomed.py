"""Work on an archive or a restoration in a process that kills itself, by SIGKILL.

python -m tests.archives.doomed make|restore ID MODULE.FUNCTION CALL
"""

import importlib
import os
import signal
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


def die_at(place: str, call: int) -> None:
    """Make the `call`-th call of a function the last thing this process does."""
    module_name, _dot, name = place.rpartition(".")
    module = importlib.import_module(module_name)
    real = getattr(module, name)
    calls = 0

    def doomed(*args, **kwargs):
        nonlocal calls
        calls += 1
        if calls == call:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **kwargs)

    setattr(module, name, doomed)


def main() -> None:
    verb, pk, place, call = sys.argv[1:]
    django.setup()
    keeping = importlib.import_module("campaigns.archives.keeping")
    die_at(place, int(call))
    getattr(keeping, verb)(int(pk))


if __name__ == "__main__":
    main()
