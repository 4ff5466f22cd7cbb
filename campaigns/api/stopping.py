"""Addresses and domains that programs stop, and free again, by the rules of the page."""

from __future__ import annotations

from typing import Annotated

from django.db import transaction
from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

from campaigns.accounts import audit
from campaigns.api import doors, problems
from campaigns.api.problems import ProblemError
from campaigns.api.shapes import Strict
from campaigns.audience import stopping, suppression
from campaigns.audience.models import Suppression
from campaigns.audience.suppression_forms import LiftForm

_NOTHING = (
    "Nothing was changed: it is not stopped, or the person asked for it. Only they can take that "
    "back."
)


class Stop(Strict):
    """Addresses, and domains with all below them, that are not mailed from now on."""

    entries: list[Annotated[str, Field(max_length=320)]] = Field(min_length=1, max_length=5000)
    note: str = Field("", max_length=200)


class Stopped(Schema):
    """How many were not stopped before, and how many were already."""

    added: int
    known: int


class Lift(Strict):
    """An address or a domain that may be mailed again, and why: kept in the record of what members
    did."""

    entry: str = Field(max_length=320)
    why: str = Field(min_length=1, max_length=200, description="Name no person.")


@transaction.atomic
def stop(request: HttpRequest, sent: Stop) -> dict[str, int]:
    """Stop mail to all of them, or raise a problem that says which is neither and stop none."""
    entries = stopping.Entries()
    wrong: list[dict[str, str]] = []
    for number, word in enumerate(sent.entries):
        entries.take(word)
        if len(entries.unknown) > len(wrong):
            wrong.append({"at": f"body.entries.{number}", "detail": "No address, and no domain."})
    if wrong:
        raise ProblemError("invalid", "Some are neither an address nor a domain.", errors=wrong)
    workspace, by = doors.workspace(request), doors.user(request)
    source = Suppression.Source.MEMBER
    new = stopping.stop(workspace.pk, entries, source=source, note=sent.note)
    domains, key = len(entries.domains), doors.key_id(request)
    audit.record(by, workspace, "suppression_added", added=new, domains=domains, api_key=key)
    return {"added": new, "known": len(entries.keys) + domains - new}


@transaction.atomic
def lift(request: HttpRequest, sent: Lift) -> str:
    """Allow mail again where a member or a bounce stopped it, and return to what. Raises a problem
    where there is nothing that a member may allow."""
    form = LiftForm(sent.model_dump())
    if not form.is_valid():
        raise problems.of_form(form)
    workspace, by = doors.workspace(request), doors.user(request)
    entry, why = form.cleaned_data["entry"], form.cleaned_data["why"]
    if not suppression.lift_entry(workspace.pk, entry):
        raise ProblemError("refused", _NOTHING)
    is_domain, key = "@" not in entry, doors.key_id(request)
    audit.record(by, workspace, "suppression_lifted", domain=is_domain, why=why, api_key=key)
    return str(entry)
