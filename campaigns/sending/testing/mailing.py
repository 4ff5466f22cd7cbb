"""Send tests: the mail as a chosen contact would get it, outside every count.

A test is in no ledger. Its tokens are of their own kind, so opening it counts nowhere,
and its unsubscribe link stands for nobody.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

from django.utils.translation import gettext as _

from campaigns.accounts.models import Sender
from campaigns.audience import suppression
from campaigns.audience import tokens as leaving
from campaigns.audience.models import Contact
from campaigns.composing import compiling, freezing, segmenting
from campaigns.composing.compiling import Person
from campaigns.composing.headers import HeaderError
from campaigns.composing.merge_tags import MergeTagError
from campaigns.composing.models import Campaign, Revision
from campaigns.sending import building, mailers
from campaigns.sending.outcomes import Outcome, Outgoing, TransportError, Verdict
from tracking import keys
from tracking.tokens import Mode


class TestError(Exception):
    """The test was not sent; the message says why, in the server's own words if it spoke."""

    __test__ = False


@dataclass(frozen=True)
class Tested:
    """What became of a test to one address."""

    address: str
    # Why it was not sent, in the server's own words if it spoke. Empty: it was taken.
    problem: str = ""


def send(campaign: Campaign, addresses: Sequence[str], contact: Contact | None) -> list[Tested]:
    """Mail `campaign` to each address with the data of `contact`, and say what became of each.

    Raises `TestError` when none of them can be sent.
    """
    if campaign.sender is None:
        raise TestError(_("Choose who the mail is from before sending a test."))
    stopped = {address: why for address in addresses if (why := _stopped(campaign, address))}
    wanted = [address for address in addresses if address not in stopped]
    answers = [Tested(address, why) for address, why in stopped.items()]
    return [*_sent(campaign, campaign.sender, wanted, contact), *answers] if wanted else answers


def _stopped(campaign: Campaign, address: str) -> str:
    """Say why nothing is mailed to this address, or nothing when it may be."""
    found = suppression.find(campaign.workspace_id, address)
    if found is None:
        return ""
    why = {"why": found.get_reason_display()}
    return _("This address is not mailed: %(why)s. See “Not mailed”.") % why


def _sent(
    campaign: Campaign, sender: Sender, addresses: Sequence[str], contact: Contact | None
) -> list[Tested]:
    try:
        with closing(mailers.mailer_for(sender)) as mailer:
            mail = _compiled(campaign)
            mails = [_outgoing(campaign, mail, mailer, to, contact) for to in addresses]
            problems = _hand_over(mailer, mails)
    except (MergeTagError, HeaderError) as error:
        raise TestError(str(error)) from error
    except TransportError as error:
        raise TestError(error.reason) from error
    return [Tested(address, problem) for address, problem in zip(addresses, problems, strict=True)]


def _hand_over(mailer: mailers.Mailer, mails: Sequence[Outgoing]) -> list[str]:
    """Hand over one by one, as providers tell mails apart by what tests have not."""
    problems: list[str] = []
    trouble = ""
    for mail in mails:
        if not trouble:
            done = mailer.hand_over([mail])
            trouble = done.trouble.reason if done.trouble else ""
        problems.append(trouble or _problem(done.outcomes[0]))
    if problems[0] == trouble != "":
        raise TestError(trouble)
    return problems


def _compiled(campaign: Campaign) -> compiling.Mail:
    revision = freezing.unsaved(campaign)
    revision.subject = _("[Test] %(subject)s") % {"subject": revision.subject}
    # Compiled as for a person who agreed, so that links can be tried; the tokens say "self".
    mode = "none" if campaign.tracking == Campaign.Tracking.NONE else "individual"
    return compiling.compile_revision(revision, mode)


def _outgoing(
    campaign: Campaign,
    mail: compiling.Mail,
    mailer: mailers.Mailer,
    address: str,
    contact: Contact | None,
) -> Outgoing:
    person = _person(mail.revision, address, contact)
    return Outgoing(
        delivery_id=0,
        uuid_hex=person.uuid_hex,
        envelope_from=campaign.sender.email if campaign.sender else "",
        address=address,
        mail=building.finished(mail, person, mailer.wants, mailer.sign),
    )


def _person(revision: Revision, address: str, contact: Contact | None) -> Person:
    opened, clicked = keys.signer().pair(revision.campaign_id, Mode.SELF)(0, 0, 0)
    return Person(
        uuid_hex=uuid.uuid4().hex,
        address=address,
        contact=segmenting.values(revision, contact),
        open_token=opened,
        click_token=clicked,
        unsubscribe_token=leaving.unsubscribe_token(0),
    )


def _problem(outcome: Outcome) -> str:
    words = {"words": " ".join(str(part) for part in (outcome.code, outcome.text) if part)}
    match outcome.verdict:
        case Verdict.SENT:
            return ""
        case Verdict.UNKNOWN:
            return _("The server did not confirm the test: %(words)s") % words
    return _("The server refused the test: %(words)s") % words
