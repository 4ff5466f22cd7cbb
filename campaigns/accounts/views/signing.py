"""DKIM keys of the domains whose mails leave by a server that does not sign."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from campaigns.accounts import audit, roles, signing_keys
from campaigns.accounts.models import Member
from campaigns.accounts.requests import WorkspaceRequest

_VERBS = {
    "make": (
        signing_keys.make,
        "signing_keys_made",
        gettext_lazy("The keys are made. Publish them next."),
    ),
    "insist": (
        signing_keys.insist,
        "signing_insisted",
        gettext_lazy("Mails are signed from now on."),
    ),
    "forget": (signing_keys.forget, "signing_keys_deleted", gettext_lazy("The keys are deleted.")),
}


@require_safe
@roles.role_required(Member.Role.OWNER, to_look=Member.Role.MARKETER)
def sender_signing(request: WorkspaceRequest) -> HttpResponse:
    """Show each domain's keys, the records to publish, and what DNS says of them."""
    keys = list(request.workspace.signing_keys.order_by("-algorithm"))
    shown = [
        {"name": name, "keys": [key for key in keys if key.domain == name]}
        for name in signing_keys.domains(request.workspace)
    ]
    return render(request, "accounts/signing.html", {"domains": shown})


@roles.role_required(Member.Role.OWNER)
@require_POST
def change_sender_signing(request: WorkspaceRequest) -> HttpResponse:
    """Make, check, insist on or delete the keys of one domain."""
    domain, verb = request.POST.get("domain", ""), request.POST.get("verb", "")
    if domain not in signing_keys.domains(request.workspace):
        raise Http404
    if verb == "check":
        _check(request, domain)
    elif verb in _VERBS:
        act, action, words = _VERBS[verb]
        act(request.workspace, domain)
        audit.record(request, request.workspace, action, domain=domain)
        messages.success(request, words)
    return redirect("accounts:sender_signing")


def _check(request: WorkspaceRequest, domain: str) -> None:
    if signing_keys.check(request.workspace, domain):
        audit.record(request, request.workspace, "signing_published", domain=domain)
        messages.success(request, _("DNS shows both records. Mails are signed from now on."))
    else:
        messages.warning(request, _("DNS does not show the records as they have to be."))
