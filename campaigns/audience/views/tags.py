"""Tags: on a contact, and all of them with who has them."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns.accounts import audit
from campaigns.accounts.requests import WorkspaceRequest
from campaigns.audience import changing, numbers, tags
from campaigns.audience.models import Contact, Tag, Tagging
from campaigns.audience.tag_forms import MergeTagForm, TagForm


@require_safe
def all_tags(request: WorkspaceRequest) -> HttpResponse:
    found = request.workspace.tags.with_counts().order_by("name")
    return render(request, "audience/tags.html", {"tags": found})


@require_http_methods(["GET", "HEAD", "POST"])
def edit_tag(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Rename a tag."""
    tag = get_object_or_404(request.workspace.tags.with_counts(), pk=pk)
    form = TagForm(request.POST or None, initial={"name": tag.name})
    if not form.is_valid() or not _renamed(tag, form):
        context = {"tag": tag, "form": form, "merge_form": MergeTagForm(tag)}
        status = 422 if form.is_bound else 200
        return render(request, "audience/edit_tag.html", context, status=status)
    audit.record(request, request.workspace, "tag_renamed", tag=pk)
    messages.success(request, _("The tag is saved."))
    return redirect("audience:tags")


@require_POST
def merge_tag(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Make two tags one."""
    tag = get_object_or_404(request.workspace.tags.with_counts(), pk=pk)
    form = MergeTagForm(tag, request.POST)
    if not form.is_valid():
        context = {"tag": tag, "form": TagForm(initial={"name": tag.name}), "merge_form": form}
        return render(request, "audience/edit_tag.html", context, status=422)
    into = form.cleaned_data["into"]
    tags.merge(tag, into=into)
    audit.record(request, request.workspace, "tags_merged", tag=pk, into=into.pk)
    messages.success(
        request, _("Whoever had “%(old)s” has “%(new)s” now.") % {"old": tag.name, "new": into.name}
    )
    return redirect("audience:tags")


@require_POST
def delete_tag(request: WorkspaceRequest, pk: int) -> HttpResponse:
    tag = get_object_or_404(request.workspace.tags, pk=pk)
    people = tag.taggings.count()
    tag.delete()
    audit.record(request, request.workspace, "tag_deleted", tag=pk, people=people)
    messages.success(request, _("The tag is deleted. The people are still contacts."))
    return redirect("audience:tags")


@require_POST
def add_tag(request: WorkspaceRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(request.workspace.contacts, pk=pk)
    try:
        changing.tag(one, request.POST.get("tag", ""), request.user)
    except tags.TagError as error:
        return _answer(request, one, str(error))
    return _answer(request, one)


@require_POST
def remove_tag(request: WorkspaceRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(request.workspace.contacts, pk=pk)
    changing.untag(one, numbers.identity(request.POST.get("tag", "")), request.user)
    return _answer(request, one)


def shown() -> list[Prefetch[str]]:
    """Return what fetches the tags of many contacts, for their rows."""
    rows = Tagging.objects.select_related("tag").order_by("tag__name")
    return [Prefetch("taggings", rows, to_attr="shown_tags")]


def card(contact: Contact) -> dict[str, object]:
    """Return what the card of a contact's tags shows."""
    mine = Tag.objects.filter(taggings__contact=contact).order_by("name")
    others = Tag.objects.filter(workspace=contact.workspace_id).order_by("name")
    return {"contact": contact, "tags": mine, "known_tags": others[:500]}


def _renamed(tag: Tag, form: TagForm) -> bool:
    try:
        tags.rename(tag, form.cleaned_data["name"])
    except tags.TagError as error:
        form.add_error("name", str(error))
        return False
    return True


def _answer(request: WorkspaceRequest, contact: Contact, error: str = "") -> HttpResponse:
    """Show the card again to a page that swaps it, the whole page to one without scripts."""
    if request.htmx:
        context = card(contact) | {"tag_error": error, "swapped": True}
        status = 422 if error else 200
        return render(request, "audience/parts/tags.html", context, status=status)
    if error:
        messages.error(request, error)
    return redirect("audience:contact", contact.pk)
