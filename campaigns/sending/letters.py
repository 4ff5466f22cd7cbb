"""Hand over a letter to one person, by the way that the sender's campaigns go.

Letters are in no ledger and measured by nobody. One that is refused is not tried again here.
They wait for no limit, and count against all of them: campaigns give way.
"""

from __future__ import annotations

import logging
import uuid
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape

from django.utils import timezone
from django.utils.html import urlize

from campaigns.audience.letters import Letter
from campaigns.composing import headers
from campaigns.composing.compiling import Parts
from campaigns.composing.headers import HeaderError
from campaigns.sending import fence, mailers
from campaigns.sending.outcomes import Outgoing, TransportError, Verdict
from campaigns.sending.pacing import domains
from campaigns.sending.querysets import counting_in

logger = logging.getLogger(__name__)


def post(letter: Letter) -> bool:
    """Hand the letter over, and say whether the server took it. From a copy nothing leaves."""
    if not fence.check():
        return False
    try:
        mailer = mailers.mailer_for(letter.sender)
        mail = _parts(letter) if mailer.wants == "parts" else _bytes(letter)
    except (TransportError, HeaderError) as error:
        logger.warning("Sender %s posts no letters (%s)", letter.sender.pk, type(error).__name__)
        return False
    if isinstance(mail, bytes) and mailer.sign is not None:
        mail = mailer.sign(mail)
    one = Outgoing(
        delivery_id=0,
        uuid_hex=uuid.uuid4().hex,
        envelope_from=letter.sender.email,
        address=letter.to,
        mail=mail,
    )
    sender = letter.sender
    counting_in.count_in(sender.pk, domains.mailbox_of(letter.to), provider_id=sender.provider_id)
    done = mailer.hand_over([one])
    mailer.close()
    taken = done.trouble is None and done.outcomes[0].verdict is Verdict.SENT
    if not taken:
        logger.warning("A letter of sender %s was not taken", letter.sender.pk)
    return taken


def _bytes(letter: Letter) -> bytes:
    sender = letter.sender
    made = EmailMessage(policy=SMTP)
    made["Date"] = format_datetime(timezone.now())
    made["From"] = headers.display(sender.name, sender.email)
    made["To"] = letter.to
    made["Subject"] = headers.clean(letter.subject)
    made["Message-ID"] = f"<{uuid.uuid4().hex}@{headers.domain(sender.email)}>"
    for name, value in _further(letter).items():
        made[name] = value
    if sender.reply_to:
        made["Reply-To"] = sender.reply_to
    made.set_content(letter.text)
    made.add_alternative(_html(letter.text), subtype="html")
    return made.as_bytes()


def _parts(letter: Letter) -> Parts:
    sender = letter.sender
    return Parts(
        subject=headers.clean(letter.subject),
        from_email=headers.display(sender.name, sender.email),
        to=letter.to,
        reply_to=sender.reply_to,
        headers=_further(letter),
        html=_html(letter.text),
        text=letter.text,
    )


def _further(letter: Letter) -> dict[str, str]:
    found = {"Auto-Submitted": "auto-generated"}
    if letter.one_click:
        found["List-Unsubscribe"] = f"<{letter.one_click}>"
        found["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return found


def _html(text: str) -> str:
    paragraphs = (urlize(escape(one)).replace("\n", "<br>") for one in text.split("\n\n"))
    body = "".join(f"<p>{one}</p>" for one in paragraphs)
    return f"<!doctype html><html><body>{body}</body></html>"
