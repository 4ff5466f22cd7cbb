"""What programs sign in with, and how much they ask."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.accounts.api_keys.querysets import ApiKeyQuerySet


class ApiKey(models.Model):
    """What a program signs in with: it acts for a member, and within scopes."""

    class Scope(models.TextChoices):
        """What a key may do. Writing also needs a member who may: see `opening`."""

        LISTS_READ = "lists:read", _("Read lists, fields and tags")
        LISTS_WRITE = "lists:write", _("Add lists and rename them")
        CONTACTS_READ = "contacts:read", _("Read contacts, and whether an address is mailed")
        CONTACTS_WRITE = (
            "contacts:write",
            _("Add, import and change contacts, put them on lists and take them off"),
        )
        SUPPRESSIONS_WRITE = (
            "suppressions:write",
            _("Stop mail to addresses and domains, and allow what a member may allow again"),
        )
        SEGMENTS_READ = "segments:read", _("Read and count segments")
        CAMPAIGNS_READ = "campaigns:read", _("Read campaigns and their reports")

    workspace = models.ForeignKey(
        "accounts.Workspace", models.CASCADE, related_name="api_keys", db_index=False
    )
    # For whom it acts, with no more rights than theirs. Null: they are gone, and it opens nothing.
    member = models.ForeignKey(
        "accounts.Member", models.SET_NULL, null=True, related_name="api_keys"
    )
    name = models.CharField(_("name"), max_length=80)
    # By which people know it again.
    beginning = models.CharField(max_length=16)
    # SHA-256 of the key, which is shown once and kept nowhere.
    digest = models.BinaryField(max_length=32, unique=True)
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope))
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        # For the page of keys.
        indexes = [models.Index(fields=["workspace", "-id"], name="accounts_apikey_newest")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        """Whether it opens anything."""
        return self.is_revocable and self.member is not None and self.member.user.is_active

    @property
    def is_revocable(self) -> bool:
        """Whether it opens something, or will once its member may sign in again."""
        return self.revoked_at is None and self.member_id is not None

    @property
    def scope_labels(self) -> list[str]:
        """What it may do, in words."""
        return [str(self.Scope(scope).label) for scope in self.scopes]


class KeyUse(models.Model):
    """How much a key was used: in its last minute, and on which day last. No more is kept."""

    key = models.OneToOneField(ApiKey, models.CASCADE, primary_key=True, related_name="use")
    minute = models.DateTimeField()
    requests = models.PositiveIntegerField()
    last_on = models.DateField()

    def __str__(self) -> str:
        return f"{self.key_id} on {self.last_on}"


class MadeOnce(models.Model):
    """What a key made under an Idempotency-Key: the same request again makes nothing more.

    No words of the request are kept, and of what was made only the number.
    """

    key = models.ForeignKey(ApiKey, models.CASCADE, related_name="+", db_index=False)
    # SHA-256 of the Idempotency-Key, and of the request that came with it.
    name = models.BinaryField(max_length=32)
    request = models.BinaryField(max_length=32)
    made_id = models.BigIntegerField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "name"], name="accounts_madeonce_once")
        ]

    def __str__(self) -> str:
        return f"{self.made_id} by {self.key_id}"
