"""Members of the workspace; only owners come here."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns.accounts import audit, membership, roles
from campaigns.accounts.forms.members import NewMemberForm, NewPasswordForm, RoleForm
from campaigns.accounts.models import Member
from campaigns.accounts.requests import WorkspaceRequest

_LAST_OWNER = gettext_lazy("A workspace needs an owner. Make somebody else an owner first.")


@roles.role_required(Member.Role.OWNER)
@require_safe
def members(request: WorkspaceRequest) -> HttpResponse:
    rows = Member.objects.in_workspace(request.workspace)
    context = {"members": rows, "roles": Member.Role.choices}
    return render(request, "accounts/members.html", context)


@roles.role_required(Member.Role.OWNER)
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def new_member(request: WorkspaceRequest) -> HttpResponse:
    form = NewMemberForm(request.POST or None)
    if form.is_valid() and _added(request, form):
        return redirect("accounts:members")
    status = 422 if form.is_bound else 200
    return render(request, "accounts/new_member.html", {"form": form}, status=status)


@roles.role_required(Member.Role.OWNER)
@require_POST
def change_role(request: WorkspaceRequest, pk: int) -> HttpResponse:
    member = _member(request, pk)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose one of the roles."))
        return redirect("accounts:members")
    role = form.cleaned_data["role"]
    try:
        membership.change_role(member, role)
    except membership.LastOwnerError:
        messages.error(request, _LAST_OWNER)
        return redirect("accounts:members")
    audit.record(request, request.workspace, "member_role_changed", user=member.user_id, role=role)
    messages.success(request, _("The role is changed."))
    return redirect("accounts:members")


@roles.role_required(Member.Role.OWNER)
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def set_password(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Give a member who cannot sign in a new password."""
    member = _member(request, pk)
    form = NewPasswordForm(request.POST or None, user=member.user)
    if form.is_valid():
        try:
            membership.set_password(member, form.cleaned_data["password"])
        except membership.ForeignMemberError:
            form.add_error(
                None, _("This person works in other workspaces too and keeps their password.")
            )
        else:
            audit.record(request, request.workspace, "member_password_set", user=member.user_id)
            messages.success(request, _("The new password is set. Tell it to them yourself."))
            return redirect("accounts:members")
    status = 422 if form.is_bound else 200
    context = {"form": form, "member": member}
    return render(request, "accounts/set_password.html", context, status=status)


@roles.role_required(Member.Role.OWNER)
@require_POST
def remove_member(request: WorkspaceRequest, pk: int) -> HttpResponse:
    member = _member(request, pk)
    try:
        membership.remove(member)
    except membership.LastOwnerError:
        messages.error(request, _LAST_OWNER)
        return redirect("accounts:members")
    audit.record(request, request.workspace, "member_removed", user=member.user_id)
    messages.success(request, _("The member is removed, and can no longer open this workspace."))
    return redirect("accounts:members")


def _member(request: WorkspaceRequest, pk: int) -> Member:
    return get_object_or_404(Member.objects.in_workspace(request.workspace), pk=pk)


def _added(request: WorkspaceRequest, form: NewMemberForm) -> bool:
    try:
        member = membership.add(request.workspace, membership.Newcomer(**form.cleaned_data))
    except membership.AlreadyMemberError:
        form.add_error("email", _("This person is a member already."))
        return False
    audit.record(request, request.workspace, "member_added", user=member.user_id, role=member.role)
    messages.success(request, _("%(name)s is a member now.") % {"name": member.user})
    return True
