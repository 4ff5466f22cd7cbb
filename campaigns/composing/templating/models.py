"""Templates that campaigns start from, and blocks that are kept for the next mail."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from campaigns.accounts.models import Workspace
from campaigns.composing.templating.querysets import TemplateQuerySet

# As a campaign has them.
FORMATS = (
    ("blocks", _("Blocks")),
    ("markdown", _("Markdown")),
    ("html", _("HTML")),
    ("mjml", _("MJML")),
)


class Template(models.Model):
    """A mail to start others from. A campaign that did has a copy: later changes are not in it."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="templates")
    name = models.CharField(_("name"), max_length=150)
    subject = models.CharField(_("subject"), max_length=250, blank=True)
    preheader = models.CharField(_("preheader"), max_length=250, blank=True)
    format = models.CharField(max_length=10, choices=FORMATS, default="blocks")
    body = models.TextField(_("body"), blank=True)
    inline_css = models.BooleanField(_("inline styles"), default=True)
    # What an import could not translate: [{"line": 3, "found": "*|FOO|*", "words": "…"}]
    notes = models.JSONField(default=list)
    # Raised by every save, so that two open pages cannot undo each other.
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TemplateQuerySet.as_manager()

    class Meta:
        indexes = [
            # For the gallery, newest first.
            models.Index(fields=["workspace", "-created_at"], name="composing_template_newest")
        ]

    def __str__(self) -> str:
        return self.name


class SavedBlock(models.Model):
    """A block of a mail, kept under a name to be put into others."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="saved_blocks")
    name = models.CharField(_("name"), max_length=80)
    # One block, as it stands in a document.
    body = models.TextField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "workspace",
                Lower("name"),
                name="composing_savedblock_once",
                violation_error_message=_("There is a block with this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name
