"""Blocks that are kept for the next mail: their page, and what the editor asks for."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns.accounts import audit
from campaigns.accounts.forms import saving
from campaigns.accounts.requests import WorkspaceRequest
from campaigns.composing import frames
from campaigns.composing.blocks import document, layout
from campaigns.composing.brands import looks
from campaigns.composing.templating.forms import RenameForm, SavedBlockForm
from campaigns.composing.templating.models import SavedBlock


@require_safe
def saved_blocks(request: WorkspaceRequest) -> HttpResponse:
    """Show the kept blocks, each as it looks in a mail."""
    kept = request.workspace.saved_blocks.order_by("name", "pk")
    return render(request, "composing/templating/blocks.html", {"kept": kept})


@require_http_methods(["GET", "HEAD", "POST"])
def saved_block(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Rename a kept block, or delete it: mails that have it keep it."""
    one = get_object_or_404(request.workspace.saved_blocks, pk=pk)
    if request.method == "POST" and "delete" in request.POST:
        one.delete()
        audit.record(request, request.workspace, "block_deleted", block=pk)
        messages.success(request, _("“%s” is deleted. Mails that have it keep it.") % one.name)
        return redirect("composing:saved_blocks")
    form = RenameForm(request.POST or None, instance=one)
    if saving.saved(form) is not None:
        return redirect("composing:saved_blocks")
    status = 422 if form.is_bound else 200
    facts = {"form": form, "kept": one}
    return render(request, "composing/templating/block.html", facts, status=status)


@require_safe
def saved_block_frame(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Serve a mail of nothing but the block, for a sandboxed frame."""
    one = get_object_or_404(request.workspace.saved_blocks, pk=pk)
    source = document.dump({"version": document.VERSION, "blocks": [json.loads(one.body)]})
    return frames.answer(
        layout.to_html(
            document.read(source),
            title=one.name,
            language=request.workspace.language,
            look=looks.of(request.workspace),
        )
    )


@require_safe
def list_blocks(request: WorkspaceRequest) -> HttpResponse:
    """List the kept blocks for the palette of the editor."""
    kept = request.workspace.saved_blocks.order_by("name", "pk")
    return JsonResponse({"blocks": [_facts(one) for one in kept]})


@require_POST
def keep_block(request: WorkspaceRequest) -> HttpResponse:
    """Keep a block: posted are its `name` and its `body`, JSON as the editor has it."""
    one = SavedBlock(workspace=request.workspace, created_by=request.user)
    form = SavedBlockForm(request.POST, instance=one)
    if saving.saved(form) is None:
        reasons = [str(error) for errors in form.errors.values() for error in errors]
        return JsonResponse({"error": " ".join(reasons)}, status=422)
    audit.record(request, request.workspace, "block_kept", block=one.pk)
    return JsonResponse(_facts(one), status=201)


def _facts(one: SavedBlock) -> dict[str, object]:
    return {"id": one.pk, "name": one.name, "block": json.loads(one.body)}
