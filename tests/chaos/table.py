"""What a run found, as a plain table."""

from collections.abc import Callable, Sequence

from tests.chaos.harm import EVERYTHING
from tests.chaos.ordeal import Report

_FOUND: tuple[tuple[str, Callable[[Report], int]], ...] = (
    ("mails", lambda report: report.findings.mails),
    ("sent", lambda report: report.findings.sent),
    ("failed", lambda report: report.findings.failed),
    ("unknown", lambda report: report.findings.unknown),
    ("  of them accepted", lambda report: report.findings.unknown_but_accepted),
    ("  at most allowed", lambda report: report.findings.unknown_allowed),
    ("kills", lambda report: report.kills),
    ("freezes", lambda report: report.freezes),
    ("  of both, at work", lambda report: report.at_work),
)
_MUST_BE_ZERO: tuple[tuple[str, Callable[[Report], int]], ...] = (
    ("duplicates", lambda report: report.findings.duplicates),
    ("lost", lambda report: report.findings.lost),
    ("false sent", lambda report: report.findings.false_sent),
    ("false failed", lambda report: report.findings.false_failed),
)


def draw(reports: Sequence[Report]) -> str:
    """Return the table: a column for each report."""
    lines = [_line("", [report.name for report in reports])]
    for name, count in _FOUND:
        lines.append(_line(name, [f"{count(report):,}" for report in reports]))
    lines.append("")
    for name in EVERYTHING:
        lines.append(_line(name, [f"{report.done[name]:,}" for report in reports]))
    for name in dict.fromkeys(name for report in reports for name in report.wanted):
        cells = [f"{report.answers[name]:,}" if report.wanted else "" for report in reports]
        lines.append(_line(f"API: {name}", cells))
    lines.append("")
    for name, count in _MUST_BE_ZERO:
        lines.append(_line(name, [f"{count(report):,}" for report in reports]))
    lines.append(_line("seconds", [f"{report.took:,.0f}" for report in reports]))
    return "\n".join(lines)


def tell(report: Report, *, expect_duplicates: bool) -> None:
    """Say in a line how a run went, as soon as it is over."""
    found = report.findings
    line = (
        f"{report.name}: {found.mails:,} mails, {report.kills} kills, {report.freezes} freezes,"
        f" {found.duplicates} duplicates, {found.unknown} unknown ({report.took:.0f} s)"
    )
    if expect_duplicates:
        line += " - which must be found, or the proof could not fail"
    print(line, flush=True)


def _line(name: str, cells: Sequence[str]) -> str:
    return f"{name:<32}" + "".join(f"{cell:>13}" for cell in cells)
