"""Lists that programs add and rename, by the form that members fill in."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.forms import model_to_dict
from django.http import HttpRequest

from campaigns.accounts import audit
from campaigns.api import doors, problems
from campaigns.api.shapes import ListPatch, NewList
from campaigns.audience.forms import ListForm
from campaigns.audience.models import List


def add(request: HttpRequest, sent: NewList) -> int:
    """Add a list, and return its number."""
    return _save(request, List(workspace=doors.workspace(request)), sent.model_dump(), "list_added")


def change(request: HttpRequest, one: List, sent: ListPatch) -> None:
    """Change what is sent, and nothing else."""
    _save(request, one, sent.model_dump(exclude_unset=True), "list_changed")


def _save(request: HttpRequest, one: List, sent: dict[str, Any], action: str) -> int:
    form = ListForm(model_to_dict(one, ListForm.Meta.fields) | sent, instance=one)
    if not form.is_valid():
        raise problems.of_form(form)
    try:
        with transaction.atomic():
            saved = form.save()
            by, key = doors.user(request), doors.key_id(request)
            audit.record(by, one.workspace, action, list=saved.pk, api_key=key)
    except IntegrityError as error:
        raise problems.invalid("body.name", "There is a list of this name already.") from error
    return saved.pk
