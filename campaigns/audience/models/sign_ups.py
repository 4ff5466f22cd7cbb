"""Forms with which people put themselves on a list, and those who have yet to confirm."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.accounts.models import Sender, Workspace
from campaigns.audience.models.consent import Notice
from campaigns.audience.models.people import List
from campaigns.audience.sign_ups.querysets import SignUpQuerySet


def _none() -> list[str]:
    return []


class SignUpForm(models.Model):
    """The sign-up form of a list. What is left empty is said in the visitor's language."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="sign_up_forms")
    list = models.OneToOneField(List, models.CASCADE, related_name="sign_up_form")
    # Who the confirmation comes from; without one, nobody can sign up.
    sender = models.ForeignKey(Sender, models.SET_NULL, null=True, blank=True, related_name="+")
    # In its address, so that nobody counts through the forms of a house.
    key = models.CharField(max_length=24, unique=True)
    is_open = models.BooleanField(_("open"), default=False)
    # Empty: the visitor's own, if we speak it.
    language = models.CharField(_("language"), max_length=10, blank=True)
    asks_name = models.BooleanField(_("ask for the name"), default=False)
    asks_measuring = models.BooleanField(_("ask about measuring"), default=False)
    # Keys of the workspace's own fields, in the order in which they are asked.
    fields = ArrayField(models.CharField(max_length=40), default=_none, blank=True)
    # Origins whose pages may frame the form: "https://www.example.org".
    frame_origins = ArrayField(models.CharField(max_length=200), default=_none, blank=True)
    title = models.CharField(_("title"), max_length=120, blank=True)
    intro = models.CharField(_("introduction"), max_length=1000, blank=True)
    # What they agree to; kept word for word with each agreement.
    notice = models.CharField(_("what people agree to"), max_length=1000, blank=True)
    confirm_subject = models.CharField(_("subject"), max_length=150, blank=True)
    confirm_text = models.TextField(_("text"), max_length=3000, blank=True)
    # No text: no welcome mail.
    welcome_subject = models.CharField(_("subject"), max_length=150, blank=True)
    welcome_text = models.TextField(_("text"), max_length=3000, blank=True)

    def __str__(self) -> str:
        return f"the sign-up form of {self.list_id}"

    @property
    def takes_people(self) -> bool:
        """Whether somebody can sign up by it now."""
        return self.is_open and self.sender_id is not None


class SignUp(models.Model):
    """Somebody asked to be on a list; they are once they confirm by the link mailed to them."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    form = models.ForeignKey(SignUpForm, models.CASCADE, related_name="sign_ups", db_index=False)
    email = models.CharField(max_length=254)
    email_key = models.CharField(max_length=254)
    first_name = models.CharField(max_length=120, blank=True)
    last_name = models.CharField(max_length=120, blank=True)
    fields = models.JSONField(default=dict)
    language = models.CharField(max_length=10, blank=True)
    # The words they agreed to, and whether they also agreed to be measured, and to which words.
    notice = models.ForeignKey(Notice, models.PROTECT, related_name="+", db_index=False)
    measuring_notice = models.ForeignKey(
        Notice, models.PROTECT, null=True, related_name="+", db_index=False
    )
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    # A mail waits to be sent to them.
    wants_mail = models.BooleanField(default=True)
    # When mails went to them, for the limit of a day.
    mailed_at = ArrayField(models.DateTimeField(), default=list)

    objects = SignUpQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["form", "email_key"], name="audience_signup_once"),
        ]
        indexes = [
            # For SignUpQuerySet.of_address(), asked before each mail and by erasing.
            models.Index(fields=["workspace", "email_key"], name="audience_signup_address"),
            # For SignUpQuerySet.unmailed(), asked by beat.
            models.Index(
                fields=["id"],
                name="audience_signup_unmailed",
                condition=models.Q(wants_mail=True),
            ),
        ]

    def __str__(self) -> str:
        return f"a sign-up to {self.form_id}"
