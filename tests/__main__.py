"""Run every check there is: what `make test` ends in. With a folder of tests: those alone."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
BIN = Path(sys.executable).parent
EVERYTHING = "tests"
TEMPLATES = sorted(str(path) for path in (BASE / "templates").rglob("*.html"))

STATIC: tuple[tuple[str, Sequence[str]], ...] = (
    ("format", (PYTHON, "-m", "ruff", "format", "--check", "--quiet", ".")),
    ("templates", (str(BIN / "djade"), "--check", "--target-version", "5.2", *TEMPLATES)),
    ("lint", (PYTHON, "-m", "ruff", "check", "--quiet", ".")),
    ("types", (PYTHON, "-m", "mypy", "--no-error-summary")),
    ("import direction", (PYTHON, str(BIN / "lint-imports"))),
    ("migrations", (PYTHON, "-W", "ignore", "manage.py", "makemigrations", "--check")),
)
# By file: `loadgroup` of xdist 3.8 does nothing under pytest 9.2, and starts all twice.
PYTEST = (PYTHON, "-m", "pytest", "-n", "2", "--dist", "loadfile", "-q")


def main() -> int:
    """Return 0 when all is well."""
    where = sys.argv[1:] or [EVERYTHING]
    with tempfile.TemporaryDirectory(prefix="candid-check-") as folder:
        # Nothing here may touch what a developer keeps under var/.
        env = {**os.environ, "CANDID_VAR": folder}
        steps = STATIC if where == [EVERYTHING] else ()
        failed = [name for name, command in steps if not passes(name, command, env)]
    started = time.monotonic()
    tests = subprocess.run([*PYTEST, *where], cwd=BASE, stdin=subprocess.DEVNULL)
    if tests.returncode:
        failed.append("tests")
    print(f"tests: {time.monotonic() - started:.0f} s", flush=True)
    print(f"FAILED: {', '.join(failed)}" if failed else "All checks passed.", flush=True)
    return 1 if failed else 0


def passes(name: str, command: Sequence[str], env: dict[str, str]) -> bool:
    """Run a check, and show what it said when it failed."""
    started = time.monotonic()
    run = subprocess.run(
        list(command), cwd=BASE, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    verdict = "ok" if run.returncode == 0 else "FAILED"
    print(f"{name}: {verdict} ({time.monotonic() - started:.1f} s)", flush=True)
    if run.returncode:
        print(run.stdout + run.stderr, flush=True)
    return run.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
