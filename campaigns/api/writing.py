"""What programs change about people, by the doors of forms and imports.

Nobody is put on a list without a basis, and nobody who left or must not be mailed comes back.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.http import HttpRequest

from campaigns.api import doors, problems
from campaigns.api.problems import ProblemError
from campaigns.api.shapes import Basis, MeasuringAnswer, NewContact, TagChange, Texts
from campaigns.audience import changing, consent, stating, subscribing, tags
from campaigns.audience.models import Consent, ConsentEntry, Contact, List
from campaigns.audience.stating import Stated

_TEXTS = ("first_name", "last_name", "language", "country", "time_zone")
_NO = (Consent.REFUSED, Consent.WITHDRAWN)


@transaction.atomic
def add(request: HttpRequest, sent: NewContact) -> tuple[Contact, bool]:
    """Add or change a contact, all or nothing; return it, and whether it is new."""
    workspace, by = doors.workspace(request), doors.user(request)
    onto = None
    if sent.join:
        onto = workspace.lists.filter(pk=sent.join.list).first()
        if onto is None:
            raise problems.invalid("body.join.list", "There is no list of this id.")
    with _told():
        contact, made = stating.add(
            workspace.pk, sent.email, _stated(sent), known=sent.known, by=by
        )
    _tag(request, contact, TagChange(add=sent.tags))
    if sent.join and onto:
        join(request, contact, onto, sent.join)
    return contact, made


def change(request: HttpRequest, contact: Contact, sent: Texts) -> None:
    """Change what is sent, and nothing else."""
    with _told():
        stating.change(contact, _stated(sent), by=doors.user(request))


def join(request: HttpRequest, contact: Contact, onto: List, sent: Basis) -> None:
    """Put a contact on a list, on the basis that is sent."""
    basis = subscribing.Basis(sent.basis, sent.note, doors.user(request), doors.key_id(request))
    with _told():
        subscribing.join(contact, onto, basis)


@transaction.atomic
def tag(request: HttpRequest, contact: Contact, sent: TagChange) -> None:
    """Put tags on a contact and take others off, all or nothing."""
    _tag(request, contact, sent)


def measure(request: HttpRequest, contact: Contact, sent: MeasuringAnswer) -> None:
    """Write down what the person said: a no always, a yes only where they never said no."""
    evidence = consent.Evidence(
        ConsentEntry.Source.MEMBER,
        {"api_key": doors.key_id(request)},
        notice=sent.statement.strip(),
        said_at=sent.said_at,
        actor=doors.user(request),
    )
    if sent.answer == "refused":
        consent.refuse(contact, evidence)
        return
    if not evidence.notice:
        raise problems.invalid("body.statement", "Send the words that the person agreed to.")
    with transaction.atomic():
        # Their own no, said meanwhile, must not be overruled.
        found = Contact.objects.select_for_update().get(pk=contact.pk)
        if any(said in _NO for said in consent.answers(found).values()):
            raise ProblemError("refused", "They refused to be measured. Only they can allow it.")
        consent.grant(found, evidence)


def _tag(request: HttpRequest, contact: Contact, sent: TagChange) -> None:
    by = doors.user(request)
    try:
        for name in sent.add:
            changing.tag(contact, name, by)
    except tags.TagError as error:
        raise problems.invalid("body.tags", str(error)) from error
    off = {" ".join(name.split()).lower() for name in sent.remove}
    for tagging in contact.taggings.select_related("tag"):
        if tagging.tag.name.lower() in off:
            changing.untag(contact, tagging.tag_id, by)


def _stated(sent: Texts) -> Stated:
    given: dict[str, Any] = sent.model_dump(exclude_unset=True)
    texts = {name: given[name] or "" for name in _TEXTS if name in given}
    return Stated(texts, sent.fields)


@contextmanager
def _told() -> Iterator[None]:
    """Tell a program why the room of the audience refused."""
    try:
        yield
    except stating.StatingError as error:
        raise problems.invalid(f"body.{error.name}", str(error)) from error
    except subscribing.SubscribingError as error:
        raise ProblemError("refused", str(error)) from error
