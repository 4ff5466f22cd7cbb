"""Kill and freeze everything while campaigns go out, and say who got what: `make chaos`.

Prints a table, and ends with 1 when anybody got two mails, was lost, or was lied about. Takes
`CHAOS_SECONDS` (600), shared out among the brokers in turn; and after that as long as it takes
to kill web servers and drainers 500 times while people open and click, and workers of imports
and of bulk edits 100 times each.
"""

import argparse
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from tests import environment

environment.prepare()
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django  # noqa: E402  # The environment comes first.

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from tests.chaos import editing, importing, ordeal, reading, table  # noqa: E402
from tests.chaos.database import Database  # noqa: E402
from tests.chaos.ordeal import Plan, Report  # noqa: E402

BROKERS = ("embedded", "RabbitMQ", "Redis")
# For a run of this length or more: less harm would prove less than is promised.
LONG = 600.0
LEAST_KILLS, LEAST_CRASHES = 500, 8
LEAST_KILLS_OF_IMPORTS = 100
# Starting and ending take a part of each run's time.
OVERHEAD = 15.0
NAIVE_SECONDS = 20.0


def main() -> int:
    """Return 0 when every promise held."""
    options = _options()
    signal.signal(signal.SIGTERM, _end)
    with _stage() as (var, folder, database):
        wrong, reports = [], []
        if options.only in (None, "slice", "tracking"):
            tally = reading.run(_kills_of_tracking(options), folder, database)
            print(tally, flush=True)
            wrong = tally.violations()
        if options.only in (None, "slice", "imports"):
            kept = importing.run(_kills_of_imports(options))
            print(kept, flush=True)
            wrong += kept.violations()
        if options.only in (None, "slice", "edits"):
            edited = editing.run(_kills_of_imports(options))
            print(edited, flush=True)
            wrong += edited.violations()
        for number, plan in enumerate(_plans(options)):
            report = ordeal.run(plan, folder / str(number), var, database)
            table.tell(report, expect_duplicates=plan.broken)
            reports.append((plan, report))
    return _verdict(reports, options, wrong)


def _verdict(
    reports: Sequence[tuple[Plan, Report]], options: argparse.Namespace, wrong: list[str]
) -> int:
    kept = [report for plan, report in reports if not plan.broken]
    wrong += [f"{report.name}: {violation}" for report in kept for violation in report.violations()]
    for plan, report in reports:
        if plan.broken and not report.findings.duplicates:
            wrong.append(f"{plan.name}: no duplicate was found, so this proof proves nothing")
    if kept:
        total = sum(kept[1:], kept[0])
        total.name = "in all"
        print(table.draw([*kept, total] if len(kept) > 1 else kept))
        if options.seconds >= LONG and options.only is None:
            wrong += _too_little(total)
    print("\n".join(f"WRONG: {what}" for what in wrong) or "every promise held", flush=True)
    return 1 if wrong else 0


def _too_little(total: Report) -> list[str]:
    done = (
        ("kills and freezes", total.kills + total.freezes, LEAST_KILLS),
        ("database crashes", total.done["database crashes"], LEAST_CRASHES),
    )
    return [f"only {count} {what}, not {least}" for what, count, least in done if count < least]


def _kills_of_tracking(options: argparse.Namespace) -> int:
    if options.only == "slice":
        return 8
    return LEAST_KILLS if options.seconds >= LONG else max(8, int(options.seconds))


def _kills_of_imports(options: argparse.Namespace) -> int:
    if options.only == "slice":
        return 6
    return LEAST_KILLS_OF_IMPORTS if options.seconds >= LONG else max(6, int(options.seconds / 6))


def _plans(options: argparse.Namespace) -> list[Plan]:
    if options.only == "slice":
        return [
            Plan(
                "embedded",
                "embedded",
                options.seconds,
                people=2_000,
                database_crashes=1,
                broker_crashes=1,
                broker_emptied=1,
            )
        ]
    naive = Plan("naive", "embedded", NAIVE_SECONDS, broken=True, database_crashes=0)
    each = max(10.0, (options.seconds - NAIVE_SECONDS) / (len(BROKERS) + 1) - OVERHEAD)
    least = LEAST_KILLS // (len(BROKERS) + 1) + 1 if options.seconds >= LONG else 3
    through = [Plan(name, name, each, least_kills=least) for name in BROKERS]
    by_api = Plan("API", "embedded", each, by_api=True, people=2_000, least_kills=least)
    plans = [naive, *through, by_api]
    return [plan for plan in plans if options.only in (None, plan.name)]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    names = ["slice", "tracking", "imports", "edits", "naive", *BROKERS, "API"]
    parser.add_argument("--only", choices=names, help="one part of it")
    default = float(os.environ.get("CHAOS_SECONDS") or LONG)
    parser.add_argument("--seconds", type=float, default=default)
    return parser.parse_args()


@contextmanager
def _stage() -> Iterator[tuple[Path, Path, Database]]:
    """Give a database with all tables, and a folder; nothing of them is left."""
    var = Path(os.environ[environment.FOLDER])
    began = time.monotonic()
    try:
        with (
            tempfile.TemporaryDirectory(prefix="candid-chaos-", ignore_cleanup_errors=True) as name,
            Database(var) as database,
        ):
            Path(name).chmod(0o711)
            call_command("migrate", verbosity=0)
            print(f"stage set ({time.monotonic() - began:.0f} s)", flush=True)
            yield var, Path(name), database
            connection.close()
    finally:
        environment.stop(None)


def _end(_number: int, _frame: FrameType | None) -> None:
    """Leave by the way that ends all processes."""
    sys.exit(1)


if __name__ == "__main__":
    sys.exit(main())
