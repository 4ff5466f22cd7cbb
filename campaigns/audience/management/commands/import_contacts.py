"""Import a file of people into a list, as the web page does, from a script."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.management.base import BaseCommand, CommandError

from campaigns.audience.imports import (
    columns,
    importing,
    reading,
    spreadsheets,
    standing,
    unpacking,
)
from campaigns.audience.models import Import, List, Subscription

SAMPLE_ROWS = 50


class Command(BaseCommand):
    """Prints what became of the lines, and fails when the import did."""

    help = (
        "Import a file of people into a list, as the page does. Columns are known by their names."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("list", help="the list, by its number or its name")
        parser.add_argument("file", type=Path)
        parser.add_argument("--basis", choices=Subscription.Basis.values, default="consent")
        parser.add_argument("--note", default="", help="where and when they asked, or the basis")
        parser.add_argument(
            "--measuring",
            choices=Import.Measuring.values,
            help="what they said about being measured (default: a column, when one says so)",
        )
        parser.add_argument("--statement", default="", help="how they agreed to be measured")
        parser.add_argument("--said-on", type=date.fromisoformat, help="when they agreed to it")
        parser.add_argument("--encoding", choices=reading.ENCODINGS, help="default: found out")
        parser.add_argument(
            "--column",
            action="append",
            default=[],
            metavar="NAME=TARGET",
            help="what a column becomes, such as 'Mailbox=email' or 'Note=' to leave it out",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        _check(options)
        one = _make(_find_list(options["list"]), options)
        importing.start(one)
        importing.run(one.pk)
        one.refresh_from_db()
        if one.status != Import.Status.DONE:
            raise CommandError(one.error or "The import did not end; beat will resume it.")
        self.stdout.write(
            f"{one.rows_read} lines: {one.contacts_created} new contacts, "
            f"{one.contacts_updated} changed, {one.contacts_unchanged} unchanged, "
            f"{one.subscriptions_created} new on the list, "
            f"{one.kept_unsubscribed + one.kept_suppressed} left alone, "
            f"{one.duplicates} repeated, {one.rejected} rejected."
        )
        for remark in one.remarks.order_by("line")[:20]:
            self.stderr.write(f"line {remark.line}: {remark.reason}")


def _check(options: dict[str, Any]) -> None:
    if options["basis"] == Subscription.Basis.OTHER and not options["note"]:
        raise CommandError("Say with --note what the other basis is.")
    stated = options["measuring"] == Import.Measuring.STATEMENT
    if stated and not (options["statement"] and options["said_on"]):
        raise CommandError("Say with --statement and --said-on how and when they agreed.")


def _find_list(text: str) -> List:
    found = List.objects.filter(pk=int(text)) if text.isdigit() else List.objects.filter(name=text)
    if not found:
        raise CommandError(f"There is no list “{text}”.")
    if len(found) > 1:
        numbers = ", ".join(str(one.pk) for one in found)
        raise CommandError(f"Several workspaces have a list “{text}”. Give its number: {numbers}.")
    return found[0]


def _make(onto: List, options: dict[str, Any]) -> Import:
    try:
        with options["file"].open("rb") as handed_in:
            file = unpacking.table(handed_in, options["file"].name)
            shape = reading.find_shape(file)
            if options["encoding"]:
                shape = reading.Shape(options["encoding"], shape.delimiter, shape.has_header)
            names = reading.column_names(file, shape)
            rows = [row.cells for row in islice(reading.rows(file, shape), SAMPLE_ROWS)]
            mapping = _mapping(names, columns.guess(names, rows), options["column"])
            by_column = columns.MEASURING in mapping.values()
            one = Import(
                workspace=onto.workspace,
                list=onto,
                filename=options["file"].name[-200:],
                size=spreadsheets.size(file),
                encoding=shape.encoding,
                delimiter=shape.delimiter,
                has_header=shape.has_header,
                names=names,
                mapping=mapping,
                basis=options["basis"],
                basis_note=options["note"],
                measuring=options["measuring"] or ("column" if by_column else "unknown"),
                measuring_statement=options["statement"],
                measuring_said_on=options["said_on"],
                everybody=standing.of_file(names, mapping.values()),
            )
            one.file.save("people.csv", File(file), save=False)
    except (OSError, reading.ReadingError, spreadsheets.SpreadsheetError) as error:
        raise CommandError(str(error)) from error
    one.save()
    return one


def _mapping(names: list[str], guesses: dict[int, str], chosen: list[str]) -> dict[str, str]:
    known = {target for target, _label in columns.TARGETS}
    for choice in chosen:
        name, _equals, target = choice.partition("=")
        if name not in names:
            raise CommandError(f"There is no column “{name}”. There are: {', '.join(names)}.")
        if target not in known and not columns.is_field(target):
            raise CommandError(f"A column cannot become “{target}”.")
        guesses[names.index(name)] = target
    if list(guesses.values()).count(columns.EMAIL) != 1:
        raise CommandError("Say with --column NAME=email which one column holds the address.")
    return {str(number): target for number, target in guesses.items() if target}
