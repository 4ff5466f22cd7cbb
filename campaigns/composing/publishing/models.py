"""Which lists have a public page, and which of their mails stand on it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.accounts.models import Workspace
from campaigns.audience.models import List


class PublicPage(models.Model):
    """Where everybody may read what a list was mailed. Closed until a member opens it."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="public_pages")
    list = models.OneToOneField(List, models.CASCADE, related_name="public_page")
    # In its address, so that nobody counts through the pages of a house.
    key = models.CharField(max_length=80, unique=True)
    is_open = models.BooleanField(_("open"), default=False)
    title = models.CharField(_("title"), max_length=120)
    about = models.CharField(_("what it is about"), max_length=500, blank=True)
    # Mails launched from then on stand on it by themselves; empty: only those that a member chose.
    shows_new_since = models.DateTimeField(null=True, blank=True)
    # Whether search engines may list it.
    is_listed = models.BooleanField(_("let search engines find it"), default=True)

    def __str__(self) -> str:
        return self.title


class Showing(models.Model):
    """A member's word on one mail: on the page, or not."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    page = models.ForeignKey(PublicPage, models.CASCADE, related_name="showings", db_index=False)
    campaign = models.ForeignKey(
        "composing.Campaign", models.CASCADE, related_name="+", db_index=True
    )
    is_shown = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["page", "campaign"], name="composing_showing_campaign_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} {'on' if self.is_shown else 'not on'} {self.page_id}"
