"""Letters that come back: the corpus in `letters/`, filled in for one delivery."""

import email.utils
from datetime import datetime
from pathlib import Path

from django.utils import timezone

from campaigns.sending.bounces import return_addresses
from campaigns.sending.models import Delivery

FOLDER = Path(__file__).parent / "letters"
NAMES = sorted(path.stem for path in FOLDER.glob("*.eml"))
MAILBOX = "bounces@acme.example"


def return_address(delivery_id: int) -> str:
    return return_addresses.maker(MAILBOX, "+")(delivery_id)


def letter(
    name: str,
    delivery: Delivery | None = None,
    *,
    recipient: str = "",
    back_to: str = "",
    uuid: str = "",
    at: datetime | None = None,
) -> bytes:
    """Return a letter about the delivery, as its server would have written it just now."""
    if delivery is not None:
        recipient = recipient or delivery.address
        back_to = back_to or return_address(delivery.pk)
        uuid = uuid or delivery.uuid.hex
    text = (FOLDER / f"{name}.eml").read_text()
    values = {
        "@@RECIPIENT@@": recipient or "pat@example.com",
        "@@RETURN@@": back_to or MAILBOX,
        "@@UUID@@": uuid or "0" * 32,
    }
    for mark, value in values.items():
        text = text.replace(mark, value)
    lines = text.splitlines()
    dated = email.utils.format_datetime(at or timezone.now())
    first = next(n for n, line in enumerate(lines) if line.startswith("Date:"))
    lines[first] = f"Date: {dated}"
    return "\r\n".join(lines).encode() + b"\r\n"
