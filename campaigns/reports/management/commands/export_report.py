"""Write a CSV file of a campaign's report, as the page does."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.http import QueryDict

from campaigns.composing.models import Campaign
from campaigns.reports import exports


class Command(BaseCommand):
    """`manage.py export_report 7 --what recipients --output recipients.csv`."""

    help = "Write the recipients, events, links or figures of a campaign as CSV."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("campaign", type=int, help="the campaign's number, as in its address")
        parser.add_argument("--what", choices=list(exports.SHEETS), default="recipients")
        parser.add_argument(
            "--filter",
            default="",
            metavar="QUERY",
            help="what stands behind the ? of the recipients page, such as 'show=clicked&q=anna'",
        )
        parser.add_argument(
            "--output", type=Path, help="the file to write; standard output without it"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found = Campaign.objects.select_related("workspace").filter(pk=options["campaign"])
        campaign = found.first()
        if campaign is None:
            raise CommandError(f"There is no campaign {options['campaign']}.")
        export = exports.export(campaign, options["what"], QueryDict(options["filter"]))
        if options["output"] is None:
            sys.stdout.buffer.writelines(export.chunks)
            return
        try:
            with options["output"].open("wb") as file:
                file.writelines(export.chunks)
        except OSError as error:
            raise CommandError(f"Cannot write {options['output']}: {error.strerror}.") from error
        self.stderr.write(f"Wrote {options['output']}.")
