"""The brand of a workspace."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.accounts.models import Workspace
from campaigns.composing.blocks.look import FONTS, Look


class Brand(models.Model):
    """Colours, fonts, logo and social links of a workspace. None yet: those of `Look`."""

    class Font(models.TextChoices):
        """What is on people's machines already; `blocks.look` has the stacks."""

        SYSTEM = "system", _("Plain (the reader's own)")
        SANS = "sans", _("Helvetica or Arial")
        VERDANA = "verdana", "Verdana"
        ROUNDED = "rounded", "Trebuchet"
        SERIF = "serif", "Georgia"
        BOOK = "book", "Palatino"
        MONO = "mono", _("Typewriter")

    workspace = models.OneToOneField(Workspace, models.CASCADE, related_name="brand")
    page = models.CharField(_("around the mail"), max_length=7, default=Look.page)
    sheet = models.CharField(_("behind the words"), max_length=7, default=Look.sheet)
    ink = models.CharField(_("words"), max_length=7, default=Look.ink)
    accent = models.CharField(_("buttons and bands"), max_length=7, default=Look.accent)
    link = models.CharField(_("links"), max_length=7, default=Look.link)
    font = models.CharField(_("font"), max_length=10, choices=Font, default=Font.SYSTEM)
    titles = models.CharField(
        _("font of headings"), max_length=10, choices=Font, default=Font.SYSTEM
    )
    # The web address of the picture, as mails carry it.
    logo = models.CharField(_("logo"), max_length=2000, blank=True)
    website = models.CharField(_("website"), max_length=2000, blank=True)
    # [{"name": "GitHub", "href": "https://…"}]
    social = models.JSONField(default=list)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(font__in=list(FONTS), titles__in=list(FONTS)),
                name="composing_brand_fonts_known",
            )
        ]

    def __str__(self) -> str:
        return f"brand of {self.workspace_id}"
