"""The mailbox that a sender's bounces come back to, and what was found in it."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.accounts import encryption
from campaigns.accounts.models import Sender, Workspace
from campaigns.sending.bounces.querysets import BounceMailboxQuerySet, BounceMailQuerySet


class BounceMailbox(models.Model):
    """Where mails of a sender come back to, and how we read it."""

    class Protocol(models.TextChoices):
        IMAP = "imap", _("IMAP")
        POP3 = "pop3", _("POP3")

    class Style(models.TextChoices):
        """How an address of the mailbox is told apart for each mail."""

        PLUS = "+", _("bounces+…@example.org")
        MINUS = "-", _("bounces-…@example.org")
        DOMAIN = "@", _("…@example.org (the whole domain leads into the mailbox)")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="bounce_mailboxes")
    sender = models.OneToOneField(Sender, models.CASCADE, related_name="bounce_mailbox")
    address = models.EmailField(max_length=254)
    style = models.CharField(max_length=1, choices=Style, default=Style.PLUS)
    protocol = models.CharField(max_length=4, choices=Protocol, default=Protocol.IMAP)
    # Host, port, security, user, password: encrypted with a key that is not in the database.
    sealed_settings = models.BinaryField(default=bytes)
    # The last mail that was taken in, where the protocol numbers them for good (IMAP).
    position = models.CharField(max_length=40, blank=True)
    next_at = models.DateTimeField()
    # Somebody is reading it until then; see BounceMailboxQuerySet.take().
    taken_until = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    # The server's own words, when the last reading failed, and how often in a row.
    trouble = models.CharField(max_length=300, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)

    objects = BounceMailboxQuerySet.as_manager()

    def __str__(self) -> str:
        return f"the bounce mailbox of {self.sender_id}"

    @property
    def credentials(self) -> dict[str, Any]:
        """The settings that were sealed. Raises `encryption.EncryptionError`."""
        return encryption.unseal(bytes(self.sealed_settings))

    @credentials.setter
    def credentials(self, value: dict[str, Any]) -> None:
        self.sealed_settings = encryption.seal(value)


class BounceMail(models.Model):
    """That a mail of the mailbox was taken in, so that it is taken in once. Not its content."""

    class Verdict(models.TextChoices):
        BOUNCED = "bounced", _("Mails that came back")
        COMPLAINED = "complained", _("Reports of spam")
        UNSUBSCRIBED = "unsubscribed", _("People who left by mail")
        IGNORED = "ignored", _("Automatic replies and notices")
        FOREIGN = "foreign", _("Not about a mail of ours, or not proven")
        UNREADABLE = "unreadable", _("Not understood")

    mailbox = models.ForeignKey(BounceMailbox, models.CASCADE, related_name="mails", db_index=False)
    # How the server calls it, and a hash of what it says: either makes it the same mail.
    uid = models.CharField(max_length=255)
    digest = models.BinaryField(max_length=16)
    verdict = models.CharField(max_length=12, choices=Verdict)
    delivery_id = models.BigIntegerField(null=True)
    taken_at = models.DateTimeField(auto_now_add=True)
    # It is understood, and still to be deleted on the server.
    is_waste = models.BooleanField(default=False)

    objects = BounceMailQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["mailbox", "digest"], name="sending_bouncemail_once"),
            models.UniqueConstraint(fields=["mailbox", "uid"], name="sending_bouncemail_uid_once"),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} in {self.mailbox_id}"
