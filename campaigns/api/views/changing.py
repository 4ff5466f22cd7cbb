"""Contacts, changed by programs. Each answer is the contact as it is then."""

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Status

from campaigns.api import doors, once, people, problems, writing
from campaigns.api.doors import Key, Scope
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
from campaigns.audience.models import Contact, List, Unsubscription

_WRITE = Key(Scope.CONTACTS_WRITE)


@router.post(
    "/contacts",
    response={200: ContactShape, 201: ContactShape},
    auth=_WRITE,
    url_name="contacts",
    summary="Add a contact, or change the one of this address",
    openapi_extra=problems.also(409),
)
def add(request: HttpRequest, sent: NewContact, name: str = once.NAME) -> Any:
    """201 where the contact is new, else 200. Nothing is added or changed where the address must
    not be mailed, or where the person left the list that they are to be put on."""

    def make() -> tuple[int, bool]:
        contact, made = writing.add(request, sent)
        return contact.pk, made

    pk, made = once.made(request, name, make)
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
    contact, onto = _contact(request, pk), _list(request, list_pk)
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
    contact, off = _contact(request, pk), _list(request, list_pk)
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


def _list(request: HttpRequest, pk: int) -> List:
    return get_object_or_404(doors.workspace(request).lists, pk=pk)


def _told(request: HttpRequest, pk: int) -> dict[str, Any]:
    workspace = doors.workspace(request)
    return people.told(workspace, [get_object_or_404(people.of(workspace), pk=pk)])[0]
