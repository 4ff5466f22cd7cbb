"""What load balancers and supervisors ask: does the process live, and can it work."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config import probes

_READY: dict[str, probes.Probe] = {
    "database": probes.database,
    "migrations": probes.migrations,
    "broker": probes.broker,
    "spool": probes.spool,
}


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer as long as the process lives, whatever else is down."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200 when all we stand on works, else 503, and name what does not.

    A copy that does not send is ready all the same: its pages ask what to do about it.
    """
    found = {name: _ask(probe) for name, probe in _READY.items()}
    ready = all(answer["ok"] for answer in found.values())
    facts = {"ready": ready, "checks": found, "sending": _ask(probes.sending)}
    return JsonResponse(facts, status=200 if ready else 503)


def _ask(probe: probes.Probe) -> dict[str, bool | str]:
    try:
        return {"ok": True, "says": probe()}
    except probes.ProbeError as error:
        return {"ok": False, "says": str(error)}
