"""Make the mail of one delivery: the compiled campaign, one person's data, their tokens."""

from __future__ import annotations

from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext as _

from campaigns.audience import tokens as leaving
from campaigns.composing import checks, compiling
from campaigns.composing.compiling import Mail, Parts, Person
from campaigns.composing.headers import HeaderError
from campaigns.composing.merge_tags import MergeTagError
from campaigns.composing.models import Campaign, Revision
from campaigns.sending.mailers import Wants
from campaigns.sending.models import Delivery
from campaigns.sending.outcomes import Outgoing
from campaigns.sending.querysets.ledger import Claimed
from campaigns.sending.querysets.results import Result
from tracking import keys
from tracking.tokens import Mode


class BuildError(Exception):
    """One person's data makes no mail; the message says why, for a marketer."""


class Builder:
    """Builds the mails of one campaign; compiled content is shared by the process."""

    def __init__(
        self,
        campaign: Campaign,
        wants: Wants,
        sign: Callable[[bytes], bytes] | None = None,
        *,
        return_address: Callable[[int], str] | None = None,
    ) -> None:
        self._campaign_id = campaign.pk
        self._return_address = return_address
        self._wants = wants
        self._sign = sign
        signer = keys.signer()
        self._aggregate = signer.pair(campaign.pk, Mode.AGGREGATE)(0, 0, 0)
        self._individual = signer.pair(campaign.pk, Mode.INDIVIDUAL)
        self._clicks = signer.pair(campaign.pk, Mode.CLICKS)
        self._leaving = leaving.of_campaign(campaign.pk)
        self._mails: dict[tuple[int, str, str], tuple[Revision, Mail]] = {}

    def outgoing(self, row: Claimed) -> Outgoing:
        """Return the mail of a claimed delivery. Raises what its data or content breaks."""
        if row.bulk > checks.LARGEST:
            # Not even tried: filling it in would cost many times as much memory.
            raise BuildError(_("What we know of this person is larger than a mail may be."))
        revision, mail = self._compiled(row.revision, row.mode, row.click_mode)
        person = self._person(row)
        made = finished(mail, person, self._wants, self._sign)
        _check_size(made)
        return Outgoing(
            delivery_id=row.id,
            uuid_hex=row.uuid_hex,
            envelope_from=(
                self._return_address(row.id) if self._return_address else revision.from_email
            ),
            address=row.address,
            mail=made,
        )

    def _person(self, row: Claimed) -> Person:
        opened, clicked = self._tokens(row)
        return Person(
            uuid_hex=row.uuid_hex,
            address=row.address,
            contact=row.contact,
            open_token=opened,
            click_token=clicked,
            unsubscribe_token=self._leaving(row.contact_id or 0, row.id),
        )

    def _tokens(self, row: Claimed) -> tuple[str, str]:
        """Return the open and the click token that the delivery's modes allow."""
        if not row.click_mode:
            return self._pair(row, row.mode)
        opened, _clicked = self._pair(row, row.mode)
        if row.click_mode == Delivery.Mode.INDIVIDUAL:
            return opened, self._clicks(row.id, row.contact_id or 0, row.epoch)[1]
        return opened, self._pair(row, row.click_mode)[1]

    def _pair(self, row: Claimed, mode: str) -> tuple[str, str]:
        if mode == Delivery.Mode.INDIVIDUAL:
            return self._individual(row.id, row.contact_id or 0, row.epoch)
        return self._aggregate if mode == Delivery.Mode.AGGREGATE else ("", "")

    def _compiled(self, number: int, mode: str, click_mode: str) -> tuple[Revision, Mail]:
        known = self._mails.get((number, mode, click_mode))
        if known is None:
            revision = Revision.objects.get(campaign=self._campaign_id, number=number)
            known = revision, compiling.compile_revision(revision, mode, click_mode)
            self._mails[number, mode, click_mode] = known
        return known


def unmade(delivery_id: int, error: Exception) -> Result:
    """Return where a mail goes that could not be made: nothing of it has left.

    It fails with a reason, unless it was the database that failed: then it waits again.
    """
    if isinstance(error, OperationalError | InterfaceError):
        return Result(delivery_id, "pending", untried=True)
    return Result(delivery_id, "failed", reason=why(error), untried=True)


def why(error: Exception) -> str:
    """Say why a mail could not be made: in words where they are ours, else with its kind."""
    if isinstance(error, BuildError | HeaderError | MergeTagError):
        return str(error)
    return f"{type(error).__name__}: {error}"


def _check_size(mail: bytes | Parts) -> None:
    size = len(mail) if isinstance(mail, bytes) else len(mail.html) + len(mail.text)
    if size > checks.LARGEST:
        text = _("With this person's data the mail has %(kb)d kB. The most is 1,000 kB.")
        raise BuildError(text % {"kb": size // 1000})


def finished(
    mail: Mail, person: Person, wants: Wants, sign: Callable[[bytes], bytes] | None
) -> bytes | Parts:
    """Return one person's mail the way a mailer wants it. Raises as `Mail.fill` does."""
    if wants == "parts":
        return mail.parts(person)
    return sign(mail.fill(person)) if sign else mail.fill(person)
