"""Send a test to oneself: the mail as a chosen contact would get it, outside every count.

A test is in no ledger. Its tokens are of their own kind, so opening it counts nowhere,
and its unsubscribe link stands for nobody.
"""

from __future__ import annotations

import uuid

from django.utils.translation import gettext as _

from campaigns.audience import suppression
from campaigns.audience import tokens as leaving
from campaigns.audience.models import Contact
from campaigns.composing import compiling, fields, freezing
from campaigns.composing.compiling import Person
from campaigns.composing.headers import HeaderError
from campaigns.composing.merge_tags import MergeTagError
from campaigns.composing.models import Campaign
from campaigns.sending import building, mailers
from campaigns.sending.outcomes import Outcome, Outgoing, TransportError, Verdict
from tracking import keys
from tracking.tokens import Mode


class TestError(Exception):
    """The test was not sent; the message says why, in the server's own words if it spoke."""

    __test__ = False


def send_test(campaign: Campaign, address: str, contact: Contact | None = None) -> Outcome:
    """Mail `campaign` to `address` with the data of `contact`. Raises `TestError`."""
    if campaign.sender is None:
        raise TestError(_("Choose who the mail is from before sending a test."))
    if found := suppression.find(campaign.workspace_id, address):
        raise TestError(
            _("This address is not mailed: %(why)s. See “Not mailed”.")
            % {"why": found.get_reason_display()}
        )
    try:
        mailer = mailers.mailer_for(campaign.sender)
        mail = _mail(campaign, address, contact, mailer)
    except (MergeTagError, HeaderError) as error:
        raise TestError(str(error)) from error
    except TransportError as error:
        raise TestError(error.reason) from error
    done = mailer.hand_over([mail])
    mailer.close()
    if done.trouble is not None:
        raise TestError(done.trouble.reason)
    outcome = done.outcomes[0]
    if outcome.verdict is not Verdict.SENT:
        raise TestError(_said(outcome))
    return outcome


def _mail(
    campaign: Campaign, address: str, contact: Contact | None, mailer: mailers.Mailer
) -> Outgoing:
    revision = freezing.unsaved(campaign)
    revision.subject = _("[Test] %(subject)s") % {"subject": revision.subject}
    # Compiled as for a person who agreed, so that links can be tried; the tokens say "self".
    mode = "none" if campaign.tracking == Campaign.Tracking.NONE else "individual"
    mail = compiling.compile_revision(revision, mode)
    person = _person(campaign, address, contact)
    return Outgoing(
        delivery_id=0,
        uuid_hex=person.uuid_hex,
        envelope_from=revision.from_email,
        address=address,
        mail=building.finished(mail, person, mailer.wants, mailer.sign),
    )


def _person(campaign: Campaign, address: str, contact: Contact | None) -> Person:
    opened, clicked = keys.signer().pair(campaign.pk, Mode.SELF)(0, 0, 0)
    return Person(
        uuid_hex=uuid.uuid4().hex,
        address=address,
        contact=fields.values(contact) if contact else {},
        open_token=opened,
        click_token=clicked,
        unsubscribe_token=leaving.unsubscribe_token(0),
    )


def _said(outcome: Outcome) -> str:
    words = " ".join(str(part) for part in (outcome.code, outcome.text) if part)
    if outcome.verdict is Verdict.UNKNOWN:
        return _("The server did not confirm the test: %(words)s") % {"words": words}
    return _("The server refused the test: %(words)s") % {"words": words}
