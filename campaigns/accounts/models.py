"""Workspaces, the members who work in them, and the senders they mail from."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from campaigns.accounts import encryption, querysets
from campaigns.accounts.api_keys.models import ApiKey, KeyUse, MadeOnce

# Modules of their own; Django finds models through this one.
__all__ = [
    "ApiKey",
    "AuditEntry",
    "KeyUse",
    "MadeOnce",
    "Member",
    "Provider",
    "Sender",
    "SigningKey",
    "StandIn",
    "User",
    "Workspace",
]


class Workspace(models.Model):
    """One team's lists, campaigns and figures. Every query is within one."""

    class Policy(models.TextChoices):
        """How opens and clicks may be measured; see docs/privacy.md."""

        STRICT = "strict", _("Nothing until a person agrees")
        CONSENT = "consent", _("People who agreed; for the others, only totals")
        OPT_OUT = "opt_out", _("Everybody, unless they object")

    name = models.CharField(_("name"), max_length=120)
    # CAN-SPAM § 7704(a)(5)(A)(iii): a mailing names its sender's postal address.
    postal_address = models.TextField(_("postal address"), max_length=500)
    policy = models.CharField(_("measuring"), max_length=10, choices=Policy, default=Policy.CONSENT)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    language = models.CharField(_("language"), max_length=10, default="en")
    # Whether mails hold a link that nobody sees, which gives machines away.
    hides_trap = models.BooleanField(_("hidden link"), default=False, db_default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    members: models.ManyToManyField[User, Member] = models.ManyToManyField(
        "accounts.User", through="accounts.Member", related_name="workspaces"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(policy__in=["strict", "consent", "opt_out"]),
                name="accounts_workspace_policy_known",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """The time zone that its pages and schedules are in."""
        return ZoneInfo(self.time_zone)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in, known by e-mail address."""

    email = models.EmailField(_("e-mail"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(auto_now_add=True)

    objects = querysets.UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="accounts_user_email_once")]

    def __str__(self) -> str:
        return self.name or self.email


class Member(models.Model):
    """A user's place in a workspace."""

    class Role(models.TextChoices):
        OWNER = "owner", _("Owner")
        MARKETER = "marketer", _("Marketer")
        READER = "reader", _("Reader")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.MARKETER)

    objects = querysets.MemberQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "user"], name="accounts_member_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.workspace_id}"


class Provider(models.Model):
    """An account that takes our mail: the local inbox, an SMTP server, or an ESP by API."""

    class Kind(models.TextChoices):
        """`inbox` and `smtp` are ours; the rest are anymail's backend names, unchanged."""

        INBOX = "inbox", _("Local inbox (nothing leaves this machine)")
        SMTP = "smtp", _("SMTP server")
        MAILGUN = "mailgun", "Mailgun"
        POSTMARK = "postmark", "Postmark"
        AMAZON_SES = "amazon_ses", "Amazon SES"
        BREVO = "brevo", "Brevo"
        MAILJET = "mailjet", "Mailjet"
        SENDGRID = "sendgrid", "SendGrid"
        SPARKPOST = "sparkpost", "SparkPost"
        RESEND = "resend", "Resend"
        MAILERSEND = "mailersend", "MailerSend"
        MAILTRAP = "mailtrap", "Mailtrap"
        MANDRILL = "mandrill", "Mailchimp Transactional (Mandrill)"
        POSTAL = "postal", "Postal"
        SCALEWAY = "scaleway", "Scaleway"
        UNISENDER_GO = "unisender_go", "Unisender Go"

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="providers")
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    # Host, port, keys: a JSON object, encrypted with a key that is not in the database.
    sealed_settings = models.BinaryField(default=bytes)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name

    @property
    def credentials(self) -> dict[str, Any]:
        """The settings that were sealed. Raises `encryption.EncryptionError`."""
        return encryption.unseal(bytes(self.sealed_settings))

    @credentials.setter
    def credentials(self, value: dict[str, Any]) -> None:
        self.sealed_settings = encryption.seal(value)


class Sender(models.Model):
    """A From identity, and the provider that mails for it."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="senders")
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="senders")
    name = models.CharField(_("From name"), max_length=120)
    email = models.EmailField(_("From address"), max_length=254)
    reply_to = models.EmailField(_("reply-to address"), max_length=254, blank=True)
    # Offered as `List-Unsubscribe: <mailto:…>` only when somebody reads this mailbox.
    unsubscribe_mailbox = models.EmailField(max_length=254, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = querysets.SenderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "workspace", Lower("email"), "name", name="accounts_sender_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"

    @property
    def domain(self) -> str:
        """The domain of the From address, which Message-IDs are made of."""
        return self.email.rpartition("@")[2].lower()


class StandIn(models.Model):
    """A further provider of a sender, which takes over when those before it are in trouble."""

    sender = models.ForeignKey(Sender, models.CASCADE, related_name="stand_ins")
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="stand_ins")
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sender", "provider"], name="accounts_standin_provider_once"
            ),
            models.UniqueConstraint(
                fields=["sender", "position"], name="accounts_standin_position_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider_id} for {self.sender_id}"


class SigningKey(models.Model):
    """One of the two DKIM keys of a From domain, for mail servers that do not sign."""

    class Algorithm(models.TextChoices):
        RSA = "rsa", "RSA"
        ED25519 = "ed25519", "Ed25519"

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="signing_keys")
    domain = models.CharField(max_length=254)
    algorithm = models.CharField(max_length=10, choices=Algorithm)
    selector = models.CharField(max_length=40)
    public = models.TextField()
    sealed_private = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)
    # When DNS last showed the record as it has to be; a later look may find it gone.
    published_at = models.DateTimeField(null=True)
    # When a member wanted it used whatever DNS says.
    insisted_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    # What is wrong with the record, in a sentence.
    finding = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "domain", "algorithm"], name="accounts_signingkey_once"
            )
        ]

    def __str__(self) -> str:
        return self.record_name

    @property
    def private_pem(self) -> str:
        """The private key. Raises `encryption.EncryptionError`."""
        return str(encryption.unseal(bytes(self.sealed_private)).get("pem", ""))

    @private_pem.setter
    def private_pem(self, value: str) -> None:
        self.sealed_private = encryption.seal({"pem": value})

    @property
    def record_name(self) -> str:
        """Where DNS has to have the public key."""
        return f"{self.selector}._domainkey.{self.domain}"

    @property
    def record_text(self) -> str:
        """What DNS has to have there."""
        return f"v=DKIM1; k={self.algorithm}; p={self.public}"


class AuditEntry(models.Model):
    """Who did what, for the record. Rows are only ever added."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="audit")
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    action = models.CharField(max_length=60)
    # Ids and counts; never an address.
    details = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        # For the audit page of a workspace, newest first.
        indexes = [models.Index(fields=["workspace", "-at"], name="accounts_audit_newest")]

    def __str__(self) -> str:
        return f"{self.action} at {self.at}"
