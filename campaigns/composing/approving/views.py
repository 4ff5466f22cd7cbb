"""Talk about a campaign, and say yes to it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns.accounts import audit, roles
from campaigns.accounts.models import Member
from campaigns.accounts.requests import WorkspaceRequest
from campaigns.composing import tasks
from campaigns.composing.approving import asking, passing_on
from campaigns.composing.approving.forms import AskForm, CommentForm
from campaigns.composing.models import Approval, Campaign, Comment


@require_http_methods(["GET", "HEAD", "POST"])
def talk(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show what members say about a campaign and whose yes it needs; a POST adds a comment."""
    campaign = _campaign(request, pk)
    form = CommentForm(request.POST or None)
    if form.is_valid():
        Comment.objects.create(
            workspace=request.workspace,
            campaign=campaign,
            author=request.user,
            text=form.cleaned_data["text"],
            version=campaign.version,
        )
        return redirect("composing:talk", pk)
    status = 422 if form.is_bound else 200
    return render(
        request, "composing/approving/talk.html", _page(request, campaign, form), status=status
    )


@require_POST
def ask(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Let a campaign need another member's yes."""
    campaign = _draft(request, pk)
    form = AskForm(asking.others(campaign, request.user), request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose the member whose yes it needs."))
        return redirect("composing:talk", pk)
    approval = asking.ask(campaign, form.cleaned_data["of"], request.user)
    tasks.tell_asked.delay_on_commit(approval.pk, form.cleaned_data["of"].pk)
    audit.record(request, request.workspace, "approval_asked", campaign=pk)
    message = _(
        "It goes out only with their yes. They find it under “Waiting for a yes”, and get a mail "
        "where mails to members are set up."
    )
    messages.success(request, message)
    return redirect("composing:talk", pk)


@require_POST
def approve(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Say yes to the version that the page showed."""
    approval = get_object_or_404(Approval, campaign=_draft(request, pk))
    version = request.POST.get("version", "")
    if not asking.may_approve(approval, request.user, request.role):
        messages.error(request, _("Somebody else has to say yes to this."))
    elif version.isdecimal() and asking.approve(approval, request.user, version=int(version[:9])):
        audit.record(request, request.workspace, "campaign_approved", campaign=pk)
        messages.success(request, _("You said yes. A later change asks you again."))
    else:
        messages.error(request, _("It was changed while you looked. Look at it once more."))
    return redirect("composing:talk", pk)


@require_POST
def withdraw(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Let a campaign go out without another member's yes: for its asker, and for owners."""
    approval = get_object_or_404(Approval, campaign=_draft(request, pk))
    if approval.asked_by_id != request.user.pk and not _is_owner(request):
        messages.error(request, _("Only who asked, or an owner, can do without."))
        return redirect("composing:talk", pk)
    asking.withdraw(approval.campaign)
    audit.record(request, request.workspace, "approval_withdrawn", campaign=pk)
    messages.success(request, _("Nobody's yes is needed any more."))
    return redirect("composing:talk", pk)


@require_safe
def waiting(request: WorkspaceRequest) -> HttpResponse:
    """What the member was asked to say yes to: a page, and a card for the home page."""
    whose = (request.user, request.workspace.pk, request.role)
    found = asking.waiting_for(*whose)
    if request.htmx:
        return render(request, "composing/approving/_waiting.html", {"waiting": found[:10]})
    others = asking.waiting_for_others(*whose)
    facts = {"waiting": found, "others": others}
    return render(request, "composing/approving/waiting.html", facts)


def _page(request: WorkspaceRequest, campaign: Campaign, form: CommentForm) -> dict[str, object]:
    approvals = Approval.objects.select_related("asked_of", "asked_by", "approved_by")
    approval = approvals.filter(campaign=campaign).first()
    return {
        "campaign": campaign,
        "form": form,
        "told": passing_on.takes_part(campaign).exclude(pk=request.user.pk),
        "comments": campaign.comments.select_related("author").order_by("pk"),
        "approval": approval,
        "obstacle": asking.obstacle(campaign),
        "may_approve": approval and asking.may_approve(approval, request.user, request.role),
        "ask": AskForm(asking.others(campaign, request.user)),
        "may_withdraw": approval
        and (approval.asked_by_id == request.user.pk or _is_owner(request)),
    }


def _is_owner(request: WorkspaceRequest) -> bool:
    return roles.at_least(request.role, Member.Role.OWNER)


def _campaign(request: WorkspaceRequest, pk: int) -> Campaign:
    return get_object_or_404(request.workspace.campaigns, pk=pk)


def _draft(request: WorkspaceRequest, pk: int) -> Campaign:
    return get_object_or_404(request.workspace.campaigns, pk=pk, status=Campaign.Status.DRAFT)
