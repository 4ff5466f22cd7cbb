"""Questions about templates and saved blocks, and the guarded change of a template."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import F
from django.db.models.functions import Now
from django.urls import reverse

from campaigns.composing.pictures.using import Use

if TYPE_CHECKING:
    from campaigns.composing.templating.models import Template


class TemplateQuerySet(models.QuerySet["Template"]):
    """Templates, in the words of the gallery."""

    def edit(self, *, version: int, **values: Any) -> bool:
        """Change the one template if nobody else did since `version`, and say whether."""
        values |= {"version": F("version") + 1, "updated_at": Now()}
        return self.filter(version=version).update(**values) == 1


def uses_of_picture(workspace_id: int, key: str) -> list[Use]:
    """Return the templates, saved blocks and the brand that show the picture with this key."""
    found = []
    for model, column, page in (
        ("Template", "body", "composing:template"),
        ("SavedBlock", "body", "composing:saved_blocks"),
        ("Brand", "logo", "composing:brand"),
    ):
        kind = apps.get_model("composing", model)
        mine = kind._default_manager.filter(workspace=workspace_id)
        for one in mine.filter(**{f"{column}__contains": key}).order_by("pk"):
            address = reverse(page, args=[one.pk] if model == "Template" else [])
            found.append(Use(str(one), address, ""))
    return found
