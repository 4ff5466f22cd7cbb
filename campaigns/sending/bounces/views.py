"""The bounce mailbox of a sender: its settings, its state, and a look into it now."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from campaigns.accounts import audit
from campaigns.accounts.models import Member
from campaigns.accounts.requests import WorkspaceRequest
from campaigns.accounts.roles import role_required
from campaigns.sending import tasks
from campaigns.sending.bounces import keeping, reading
from campaigns.sending.bounces.boxes import BoxError
from campaigns.sending.bounces.forms import MailboxForm
from campaigns.sending.bounces.models import BounceMailbox


@role_required(Member.Role.OWNER)
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sender_bounces(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show and change where a sender's bounces come back to."""
    sender = get_object_or_404(request.workspace.senders.select_related("provider"), pk=pk)
    form = MailboxForm(request.POST or None, sender=sender)
    if form.is_valid():
        keeping.keep(form.save())
        audit.record(request, request.workspace, "bounce_mailbox_saved", sender=pk)
        messages.success(request, _("The mailbox is saved. Check it now, to see that it works."))
        return redirect("sending:sender_bounces", pk)
    mailbox = BounceMailbox.objects.filter(sender=sender).first()
    facts = {
        "sender": sender,
        "form": form,
        "mailbox": mailbox,
        "summary": keeping.summary(mailbox) if mailbox else None,
    }
    status = 422 if form.is_bound else 200
    return render(request, "sending/sender_bounces.html", facts, status=status)


@role_required(Member.Role.OWNER)
@require_POST
def check_sender_bounces(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Look into the mailbox, say what the server said, and let a worker read it."""
    sender = get_object_or_404(request.workspace.senders, pk=pk)
    mailbox = BounceMailbox.objects.filter(sender=sender).first()
    if mailbox is None:
        raise Http404
    try:
        waiting = reading.check(mailbox)
    except BoxError as error:
        messages.error(request, _("The mailbox cannot be read: %(words)s") % {"words": error})
    else:
        text = ngettext(
            "It works. %(count)d mail waits to be read.",
            "It works. %(count)d mails wait to be read.",
            waiting,
        )
        messages.success(request, text % {"count": waiting})
        tasks.ring_bounces(mailbox.pk)
    return redirect("sending:sender_bounces", pk)


@role_required(Member.Role.OWNER)
@require_POST
def drop_sender_bounces(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Let bounces go to the From address again, where we do not read them."""
    sender = get_object_or_404(request.workspace.senders, pk=pk)
    if keeping.drop(sender):
        audit.record(request, request.workspace, "bounce_mailbox_dropped", sender=pk)
        messages.success(request, _("The mailbox is not read any more."))
    return redirect("sending:sender_bounces", pk)
