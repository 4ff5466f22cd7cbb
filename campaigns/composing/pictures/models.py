"""The pictures of a workspace, and the folders they lie in."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from campaigns.accounts.models import Workspace
from campaigns.composing.pictures.querysets import PictureQuerySet


class PictureFolder(models.Model):
    """A folder of the library. Folders lie beside each other, none in another."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="picture_folders")
    name = models.CharField(_("name"), max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "workspace",
                Lower("name"),
                name="composing_picturefolder_once",
                violation_error_message=_("There is a folder with this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Picture(models.Model):
    """A picture, in the sizes it was written in. Its files never change."""

    class State(models.TextChoices):
        STORING = "storing", _("Being stored")
        READY = "ready", _("Ready")
        # Out of the library, but mails that show it go on doing so.
        KEPT = "kept", _("Kept for mails that show it")
        LEAVING = "leaving", _("Being deleted")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="pictures")
    folder = models.ForeignKey(
        PictureFolder, models.SET_NULL, null=True, blank=True, related_name="pictures"
    )
    # The folder of its files, which nobody guesses.
    key = models.CharField(max_length=32, unique=True)
    name = models.CharField(_("name"), max_length=120)
    # What it shows, for people who do not see it. Empty: nobody has said yet, or it decorates.
    alt = models.TextField(
        _("description"), blank=True, max_length=300, validators=[MaxLengthValidator(300)]
    )
    # In CSS pixels: of a sharp picture the file has twice as many.
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    animated = models.BooleanField(default=False)
    # {"plain": path, "sharp": path, "small": path} in the storage; not all have a sharp one.
    files = models.JSONField(default=dict)
    size = models.PositiveBigIntegerField()
    state = models.CharField(max_length=7, choices=State, default=State.STORING)
    # Since when it is in that state: what stays too long in one that passes is tidied up.
    state_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PictureQuerySet.as_manager()

    class Meta:
        indexes = [
            # For the library, newest first.
            models.Index(fields=["workspace", "-created_at"], name="composing_picture_newest"),
            # For PictureQuerySet.stuck(), asked by the tidying.
            models.Index(
                fields=["state_at"],
                name="composing_picture_passing",
                condition=~models.Q(state="ready"),
            ),
        ]

    def __str__(self) -> str:
        return self.name
