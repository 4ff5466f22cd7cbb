"""One round of stopping what goes wrong, and of letting go what waited to see whether it does."""

from __future__ import annotations

from campaigns.sending import apart
from campaigns.sending.apart import ApartError
from campaigns.sending.pacing import breakers, canary, ramps


def stop_and_let_go() -> None:
    """Stop what goes wrong before anything new is let go.

    Of a campaign that could not be looked at nothing is let go, and its sender's cap stays.
    Raises `ApartError` when there are such campaigns, after all others had their turn.
    """
    try:
        breakers.look()
    except ApartError as error:
        unseen = [pk for pk in error.failed if isinstance(pk, int)]
        _let_go(unseen)
        raise
    _let_go([])


def _let_go(unseen: list[int]) -> None:
    apart.each("After the breakers,", (canary.release, ramps.advance), lambda go: go(but=unseen))
