"""Contacts, changed by programs. Each answer is the contact as it is then."""

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Status
from ninja.params import functions

from campaigns.accounts.api_keys import repeating
from campaigns.api import doors, people, problems, writing
from campaigns.api.doors import Key, Scope
from campaigns.api.problems import ProblemError
from campaigns.api.shapes import (
    Basis,
    ContactShape,
    MeasuringAnswer,
    NewContact,
    Patch,
    TagChange,
)
from campaigns.api.views.contacts import router
from campaigns.audience import unsubscribing
from campaigns.audience.models import Contact, Unsubscription

_WRITE = Key(Scope.CONTACTS_WRITE)
_ONCE: Any = functions.Header(
    "",
    alias="Idempotency-Key",
    max_length=200,
    pattern="^[ -~]*$",
    description="A name of your own for this request: within a day, the same request of the same "
    "name makes nothing more.",
)


@router.post(
    "/contacts",
    response={200: ContactShape, 201: ContactShape},
    auth=_WRITE,
    url_name="contacts",
    summary="Add a contact, or change the one of this address",
    openapi_extra=problems.also(409),
)
def add(request: HttpRequest, sent: NewContact, once: str = _ONCE) -> Any:
    """201 where the contact is new, else 200. Nothing is added or changed where the address must
    not be mailed, or where the person left the list that they are to be put on."""

    def make() -> tuple[int, bool]:
        contact, made = writing.add(request, sent)
        return contact.pk, made

    if not once:
        pk, made = make()
    else:
        try:
            pk, made = repeating.once(doors.key_id(request), once, request.body, make)
        except repeating.OtherRequestError as error:
            said = "This Idempotency-Key came with another request. Use a new one."
            raise ProblemError("refused", said) from error
    return Status(201 if made else 200, _told(request, pk))


@router.patch(
    "/contacts/{int:pk}",
    response=ContactShape,
    auth=_WRITE,
    url_name="contact",
    summary="Change a contact",
)
def change(request: HttpRequest, pk: int, sent: Patch) -> Any:
    """What is left out stays as it is; null, or an empty text, takes away. All or nothing."""
    writing.change(request, _contact(request, pk), sent)
    return _told(request, pk)


@router.patch(
    "/contacts/{int:pk}/tags",
    response=ContactShape,
    auth=_WRITE,
    url_name="contact_tags",
    summary="Put tags on a contact, and take others off",
)
def tag(request: HttpRequest, pk: int, sent: TagChange) -> Any:
    writing.tag(request, _contact(request, pk), sent)
    return _told(request, pk)


@router.put(
    "/contacts/{int:pk}/lists/{int:list_pk}",
    response=ContactShape,
    auth=_WRITE,
    url_name="contact_list",
    summary="Put a contact on a list",
    openapi_extra=problems.also(409),
)
def join(request: HttpRequest, pk: int, list_pk: int, sent: Basis) -> Any:
    """On the basis that you state, which the consent ledger keeps. Who left the list, or must not
    be mailed, stays away."""
    contact = _contact(request, pk)
    onto = get_object_or_404(doors.workspace(request).lists, pk=list_pk)
    writing.join(request, contact, onto, sent)
    return _told(request, pk)


@router.delete(
    "/contacts/{int:pk}/lists/{int:list_pk}",
    response=ContactShape,
    auth=_WRITE,
    url_name="contact_list",
    summary="Take a contact off a list",
)
def leave(request: HttpRequest, pk: int, list_pk: int) -> Any:
    """They get nothing from it any more. Doing it twice is as good as once."""
    contact = _contact(request, pk)
    off = get_object_or_404(doors.workspace(request).lists, pk=list_pk)
    source = Unsubscription.Source.MEMBER
    unsubscribing.unsubscribe_from(contact, [off], source, doors.user(request))
    return _told(request, pk)


@router.put(
    "/contacts/{int:pk}/measuring",
    response=ContactShape,
    auth=_WRITE,
    url_name="contact_measuring",
    summary="Note what a person said about being measured",
    openapi_extra=problems.also(409),
)
def measure(request: HttpRequest, pk: int, sent: MeasuringAnswer) -> Any:
    """A no is always taken, works backwards, and erases what was recorded. A yes needs the words
    they agreed to, and never overrules their own no."""
    writing.measure(request, _contact(request, pk), sent)
    return _told(request, pk)


def _contact(request: HttpRequest, pk: int) -> Contact:
    return get_object_or_404(doors.workspace(request).contacts, pk=pk)


def _told(request: HttpRequest, pk: int) -> dict[str, Any]:
    workspace = doors.workspace(request)
    return people.told(workspace, [get_object_or_404(people.of(workspace), pk=pk)])[0]
