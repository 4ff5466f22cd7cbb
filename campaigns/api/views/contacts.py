"""Contacts: paged, filtered, and looked up."""

from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router

from campaigns.api import doors, people
from campaigns.api.doors import Key, Scope
from campaigns.api.shapes import ContactPage, ContactShape, Lookup, Wanted
from campaigns.audience import people as owners

router = Router(auth=Key(Scope.CONTACTS_READ), tags=["Contacts"])


@router.get("/contacts", response=ContactPage, url_name="contacts", summary="Contacts, by page")
def contacts(request: HttpRequest, wanted: Query[Wanted]) -> Any:
    """People who fit all filters. Who comes or goes while you turn pages shifts nobody."""
    workspace = doors.workspace(request)
    found = people.wanted(workspace, wanted)
    return people.page(workspace, found, wanted, wanted.sort)


@router.get("/contacts/{int:pk}", response=ContactShape, url_name="contact", summary="One contact")
def contact(request: HttpRequest, pk: int) -> Any:
    workspace = doors.workspace(request)
    one = get_object_or_404(people.of(workspace), pk=pk)
    return people.told(workspace, [one])[0]


@router.post(
    "/contacts/lookup",
    response=ContactShape,
    url_name="lookup",
    summary="The contact of an address",
)
def lookup(request: HttpRequest, asked: Lookup) -> Any:
    """Looks only. It is a POST so that the address is in no log."""
    workspace = doors.workspace(request)
    found = owners.by_address(workspace.pk, asked.email)
    if found is None:
        raise Http404
    return people.told(workspace, [people.of(workspace).get(pk=found.pk)])[0]
