"""What the proofs of a mail say: sentences, each with where it can be mended."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Weight(StrEnum):
    """How much a finding matters."""

    MUST = "must"  # The campaign cannot be sent.
    SHOULD = "should"  # Readers will stumble over it.
    MAY = "may"  # Some will see the mail a little plainer.


# The place of a finding that no field mends: where members talk about the campaign.
TALK = "talk"


@dataclass(frozen=True)
class Finding:
    """One thing to mend."""

    weight: Weight
    message: str
    field: str = "body"
    # What it is about, as the mail has it: by it the place in the source is found.
    at: str = ""
    details: tuple[str, ...] = ()
