"""Run the benchmarks: `python -m bench`, or `python -m bench track.hits` for one,
`python -m bench track` for a family.

They run on a PostgreSQL of their own, which is gone when they end, unless `DATABASE_URL`
names another.

Every figure is told as a ratio to a reference taken in the same run, because absolute
figures say more about the machine than about the code. Prints a table, and writes
`bench/results.json`: a list of objects with `name`, `figure`, `unit`, `reference`,
`reference_figure`, `ratio`, `target` and `met`, the newest of each name.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command

from bench import visits
from tests import environment

RESULTS = Path(__file__).with_name("results.json")

# What each module measures, so that `ONLY` starts no more than it must.
MODULES: Mapping[str, tuple[str, ...]] = {
    "bench.render": ("send.render",),
    "bench.send": ("send.end_to_end", "send.of_smtp_source", "send.processor"),
    "bench.send_workers": ("send.two_workers",),
    "bench.send_million": ("send.launch", "send.memory", "send.growth"),
    "bench.send_signing": ("send.dkim",),
    "bench.send_api": ("send.batch",),
    "bench.send_tls": ("send.tls",),
    "bench.track": ("track.hits", "track.wait", "track.of_constant", "track.redirects"),
    "bench.track_drain": ("track.drain", "track.lag"),
    "bench.imports": ("import.rows", "import.copy"),
    "bench.imports_meanwhile": ("import.page", "import.memory", "import.words"),
    "bench.acting": ("contacts.opened", "contacts.clicked", "contacts.link"),
    "bench.segments": ("segments.look", "segments.count", "segments.deeds"),
    "bench.searching": ("contacts.search",),
    "bench.api": ("api.page",),
    "bench.archives": ("archive.write", "archive.restore", "archive.memory"),
    "bench.composing": ("compose.blocks", "compose.html", "compose.preview", "compose.input"),
    "bench.editing_tasks": ("compose.tasks",),
    "bench.suppression": ("contacts.suppression",),
    "bench.duplicates": ("contacts.duplicates",),
    "bench.turning": ("contacts.turning", "contacts.sorting"),
    "bench.report": (
        *("report.figures", "report.queries", "report.page", "report.growth"),
        *("report.csv", "report.memory"),
        *(visits.PREFIX + name for name in visits.PAGES),
    ),
}
COLUMNS = ("name", "figure", "unit", "ratio", "target", "met", "reference")


def main() -> int:
    """Run what was asked for; the exit code is 1 when a target was missed."""
    only = next(iter(sys.argv[1:]), os.environ.get("ONLY", ""))
    chosen = [module for module, names in MODULES.items() if any(_asked(n, only) for n in names)]
    if not chosen:
        known = ", ".join(name for names in MODULES.values() for name in names)
        print(f"No benchmark is called {only!r}. There are: {known}.", file=sys.stderr)
        return 2
    environment.prepare()
    database = environment.start()
    try:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        django.setup()
        call_command("migrate", verbosity=0)
        found = [row for module in chosen for row in importlib.import_module(module).run()]
    finally:
        environment.stop(database)
    # What was measured along with it is as good, and kept.
    _keep(found)
    results: list[dict[str, Any]] = [row for row in found if _asked(row["name"], only)]
    print(table(results))
    print(f"\nWritten to {RESULTS}")
    return 0 if all(row["met"] for row in results) else 1


def _asked(name: str, only: str) -> bool:
    """Whether `only` names this benchmark, its family, or all."""
    return only in ("", name, name.partition(".")[0])


def _keep(results: list[dict[str, Any]]) -> None:
    """Write the results over those of the same names; the others stay."""
    before = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    newest = {row["name"]: row for row in [*before, *results]}
    known = [name for names in MODULES.values() for name in names]
    kept = [newest[name] for name in known if name in newest]
    RESULTS.write_text(json.dumps(kept, indent=2) + "\n")


def table(results: Iterable[Mapping[str, Any]]) -> str:
    """Return the results as aligned columns."""
    rows = [COLUMNS, *([_cell(row[column]) for column in COLUMNS] for row in results)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(COLUMNS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def _cell(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "NO"
        case float() | int():
            return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
        case _:
            return str(value)


if __name__ == "__main__":
    raise SystemExit(main())
