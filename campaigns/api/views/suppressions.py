"""Suppressions: looked up, added, and taken away again. By bodies: an address belongs in no log."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from campaigns.api import doors, problems, stopping
from campaigns.api.doors import Key, Scope
from campaigns.api.shapes import Lookup, Mailed
from campaigns.api.stopping import Lift, Stop, Stopped
from campaigns.audience import suppression

router = Router(auth=Key(Scope.SUPPRESSIONS_WRITE), tags=["Suppressions"])


@router.post(
    "/suppressions/lookup",
    response=Mailed,
    auth=Key(Scope.CONTACTS_READ),
    url_name="suppression",
    summary="Whether an address may be mailed",
)
def mailed(request: HttpRequest, asked: Lookup) -> Any:
    """Looks only, also for addresses that are no contact's. It is a POST so that no log has it."""
    return _mailed(request, asked.email)


@router.post(
    "/suppressions", response=Stopped, url_name="suppressions", summary="Stop mail to many"
)
def stop(request: HttpRequest, sent: Stop) -> Any:
    """Addresses and domains, all or none. Doing it twice is as good as once."""
    return stopping.stop(request, sent)


@router.post(
    "/suppressions/lift",
    response=Mailed,
    url_name="lift",
    summary="Allow mail to an address or a domain again",
    openapi_extra=problems.also(409),
)
def lift(request: HttpRequest, sent: Lift) -> Any:
    """Takes away what a member or a bounce has stopped, never what the person asked for: that
    stays, and the answer says so."""
    return _mailed(request, stopping.lift(request, sent))


def _mailed(request: HttpRequest, entry: str) -> dict[str, Any]:
    found = suppression.reasons(doors.workspace(request).pk, entry)
    reasons = [{"reason": one.reason, "since": one.at} for one in found]
    return {"suppressed": bool(reasons), "reasons": reasons}
