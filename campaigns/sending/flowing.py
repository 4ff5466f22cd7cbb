"""Keep mails flowing over several connections: no window waits for the slowest of the last.

A window is brought back piece by piece, as its mails are settled, whichever window they
belong to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from campaigns.sending.outcomes import Handover, Outgoing
from campaigns.sending.querysets.ledger import Claimed
from campaigns.sending.smtp.mailer import Progress, SmtpMailer
from campaigns.sending.supplying import Batch, Hold

Make = Callable[[Batch, Sequence[Claimed]], Iterable[Outgoing]]


class Flow:
    """What is under way over one mailer's connections."""

    def __init__(self, mailer: SmtpMailer, make: Make) -> None:
        self._mailer, self._make = mailer, make
        self._under_way: dict[int, tuple[Hold, Claimed]] = {}

    def send(
        self, batch: Batch, rows: Sequence[Claimed], *, until: float
    ) -> tuple[Handover, list[Batch]]:
        """Send `rows` of a batch on their way; return what became of any, and the pieces done."""
        progress = self._mailer.push(self._begun(batch, rows), until=until)
        begun = {row.id for row in batch.made}
        rest = [row for row in batch.rows if row.id not in begun]
        pieces = self._pieces(progress)
        if rest:
            # Their mails could not be made, or no connection was left to take them.
            pieces.append(Batch(batch.hold, rest, unmade=batch.unmade))
        return _handover(progress), pieces

    def attend(self) -> bool:
        """Go on with what is under way for a moment, and say whether anything is."""
        return self._mailer.attend()

    def finish(self) -> tuple[Handover, list[Batch]]:
        """Wait for all that is under way."""
        progress = self._mailer.wait()
        return _handover(progress), self._pieces(progress)

    def _begun(self, batch: Batch, rows: Sequence[Claimed]) -> Iterator[Outgoing]:
        for mail in self._make(batch, rows):
            self._under_way[mail.delivery_id] = batch.hold, batch.made[-1]
            yield mail

    def _pieces(self, progress: Progress) -> list[Batch]:
        pieces: list[Batch] = []
        take = self._under_way.pop
        for _place, mail, outcome in progress.settled:
            hold, row = take(mail.delivery_id)
            # Claims follow one another: there are rarely two of them in one piece of news.
            piece = pieces[-1] if pieces and pieces[-1].hold is hold else None
            if piece is None:
                made: list[Claimed] = []
                piece = Batch(hold, made, made)
                pieces.append(piece)
            piece.made.append(row)
            piece.outcomes.append(outcome)
        return pieces


def _handover(progress: Progress) -> Handover:
    outcomes = [outcome for _place, _mail, outcome in progress.settled]
    return Handover(outcomes, clean=progress.clean, trouble=progress.trouble)
