"""Who was asked for a yes, and what members say about a campaign."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.accounts.models import Workspace
from campaigns.composing.approving.querysets import CommentQuerySet


class Approval(models.Model):
    """A campaign that goes out only with another member's yes to what it says now."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="approvals")
    campaign = models.OneToOneField("composing.Campaign", models.CASCADE, related_name="approval")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    # Whose yes it needs. Empty: that member is gone, and an owner's does.
    asked_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    asked_at = models.DateTimeField(auto_now_add=True)
    # What they said yes to: a later save is something else. Empty: they have not.
    version = models.PositiveIntegerField(null=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"approval of {self.campaign_id}"


class Comment(models.Model):
    """What a member says about a campaign to the others."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    campaign = models.ForeignKey("composing.Campaign", models.CASCADE, related_name="comments")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    text = models.TextField(_("comment"), max_length=2000, validators=[MaxLengthValidator(2000)])
    # Which version of the campaign it is about.
    version = models.PositiveIntegerField()
    at = models.DateTimeField(auto_now_add=True)
    # Those who take part were told by mail.
    told_at = models.DateTimeField(null=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        indexes = [
            # For CommentQuerySet.untold(), asked by every beat.
            models.Index(
                fields=["at"],
                name="composing_comment_untold",
                condition=models.Q(told_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.author_id} on {self.campaign_id}"
