"""The pages of the local inbox: what recipients would see, without any mail leaving."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from campaigns.accounts import audit, ordering
from campaigns.accounts.ordering import Sort
from campaigns.accounts.requests import WorkspaceRequest
from campaigns.sending.inbox import letters

_MAILS_PER_PAGE = 50
_NEWEST = Sort((), falls=True)
_VIEWS = ("html", "text", "source")


@require_safe
def inbox(request: WorkspaceRequest) -> HttpResponse:
    """The mails that arrived, newest first."""
    words = request.GET.get("q", "").replace("\0", "").strip()
    mails = request.workspace.inbox.listed(words)
    context = {
        "page": ordering.page(mails, _NEWEST, request.GET.get("at", ""), length=_MAILS_PER_PAGE),
        "words": words,
        "limit": settings.INBOX_LIMIT,
    }
    return render(request, "sending/inbox.html", context)


@require_safe
def inbox_mail(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """One mail, as its recipient sees it, as text, or as its source."""
    mail = get_object_or_404(request.workspace.inbox, pk=pk)
    content = bytes(mail.content)
    letter = letters.opened(content, public_url=settings.PUBLIC_URL)
    wanted = request.GET.get("view", "")
    context = {
        "mail": mail,
        "letter": letter,
        "view": wanted if wanted in _VIEWS else "html" if letter.html else "text",
        "source": content.decode("utf-8", "replace"),
        "newer": request.workspace.inbox.newer_than(pk),
        "older": request.workspace.inbox.older_than(pk),
    }
    return render(request, "sending/inbox_mail.html", context)


@require_safe
def inbox_html(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """The HTML of a mail, for the frame: its pixel and links are the real ones.

    Nothing in it runs: no script, no form, no frame, and images only from ourselves.
    """
    mail = get_object_or_404(request.workspace.inbox, pk=pk)
    letter = letters.opened(bytes(mail.content), public_url=settings.PUBLIC_URL)
    response = HttpResponse(letters.page(letter.html))
    response["Content-Security-Policy"] = _frame_policy()
    # As in a mail program, nobody learns which page the mail was read on.
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_safe
def inbox_source(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """The mail as it came in, to keep."""
    mail = get_object_or_404(request.workspace.inbox, pk=pk)
    response = HttpResponse(bytes(mail.content), content_type="message/rfc822")
    response["Content-Disposition"] = f'attachment; filename="mail-{pk}.eml"'
    return response


@require_POST
def empty_inbox(request: WorkspaceRequest) -> HttpResponse:
    """Throw all mails of the local inbox away; campaigns and counts stay as they are."""
    deleted, _by_model = request.workspace.inbox.all().delete()
    audit.record(request, request.workspace, "inbox_emptied", mails=deleted)
    messages.success(request, _("The local inbox is empty."))
    return redirect("sending:inbox")


def _frame_policy() -> str:
    own = " ".join(dict.fromkeys(["'self'", settings.PUBLIC_URL, settings.TRACKING_URL]))
    directives = (
        "default-src 'none'",
        f"img-src {own} data:",
        "style-src 'unsafe-inline'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'self'",
        # For whoever opens this address outside the frame.
        "sandbox allow-popups allow-popups-to-escape-sandbox allow-same-origin",
    )
    return "; ".join(directives)
