"""The ways by which providers tell us what became of mails."""

from __future__ import annotations

from django.db import models

from campaigns.accounts.models import Provider


class Door(models.Model):
    """The open way for one provider's events. No row: closed."""

    provider = models.OneToOneField(Provider, models.CASCADE, related_name="door")
    # The secret of the address is derived from this and `SECRET_KEY`.
    nonce = models.CharField(max_length=32)
    opened_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"the door of {self.provider_id}"


class Topic(models.Model):
    """A topic of Amazon's notification service that asks to be heard, or is."""

    provider = models.ForeignKey(Provider, models.CASCADE, related_name="topics")
    arn = models.CharField(max_length=300)
    # What Amazon wants us to open, to show that it is us who are asking.
    subscribe_url = models.TextField(max_length=2000, blank=True)
    asked_at = models.DateTimeField(auto_now=True)
    # When an owner let it in; before that it is not believed.
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "arn"], name="sending_topic_once")
        ]

    def __str__(self) -> str:
        return self.arn
