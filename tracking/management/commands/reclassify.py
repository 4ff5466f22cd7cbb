"""Judge opens and clicks that are kept by the rules of this version, and correct the counts."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from tracking import judging_again
from tracking.classify import RULES
from tracking.judging_again import Tally


class Command(BaseCommand):
    help = "Judge the opens and clicks that are kept by the rules of this version."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--all",
            action="store_true",
            help="also what these rules judged: after HUMAN_DELAY_SECONDS or agents.toml changed",
        )
        parser.add_argument(
            "--after", type=int, default=0, metavar="ID", help="go on after the event of this id"
        )

    def handle(self, *args: Any, after: int, **options: Any) -> None:
        tally = judging_again.judge_again(
            after=after, everything=options["all"], report=self._report
        )
        self.stdout.write(f"{tally.seen:,} opens and clicks judged by rules {RULES}.")
        for (old, new), count in sorted(tally.changed.items()):
            self.stdout.write(f"  {count:,} were {old} and are {new} now")
        if tally.placeless:
            self.stdout.write(
                f"  {tally.placeless:,} became people's without a place: none was looked up then"
            )
        if tally.beyond:
            self.stdout.write(
                f"  {tally.beyond:,} stay as they were: too little was kept of them to judge again"
            )

    def _report(self, tally: Tally) -> None:
        self.stdout.write(f"{tally.seen:,} judged, up to the event {tally.last_id}")
