"""What holds mails back: limits, a warm-up, a small first part, a breaker, a provider's wish."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaigns.accounts.models import Provider, Sender, User
from campaigns.composing.models import Campaign

# A period is counted in this many parts and the one that runs: see `querysets.throttling`.
PARTS = 24


def nothing_spent() -> list[int]:
    """Return what was spent of a limit that nobody used."""
    return [0] * (PARTS + 1)


class Throttle(models.Model):
    """So many mails in any period of this length. Shared by all workers.

    Of a sender, whoever takes them; of a provider, whoever sends them; or of the two together.
    """

    class Kind(models.TextChoices):
        LIMIT = "limit", _("Set by a member")
        RAMP = "ramp", _("Warm-up")
        EASED = "eased", _("Slowed down by a mailbox provider")
        NEW = "new", _("New to the provider")

    sender = models.ForeignKey(
        Sender, models.CASCADE, null=True, related_name="throttles", db_index=False
    )
    provider = models.ForeignKey(
        Provider, models.CASCADE, null=True, related_name="throttles", db_index=False
    )
    # One of `pacing.domains`; empty: all mails of the sender.
    mailbox = models.CharField(max_length=20, blank=True)
    kind = models.CharField(max_length=10, choices=Kind)
    # In seconds.
    period = models.PositiveIntegerField()
    most = models.PositiveIntegerField()
    # What was granted in the part of the period with the number `slot`, and in those before.
    slot = models.BigIntegerField(default=0)
    spent = ArrayField(models.IntegerField(), default=nothing_spent)
    # In all, so that a warm-up knows whether its day was used.
    granted = models.BigIntegerField(default=0)
    # Of `eased` and `new`: where it ends by itself, and what was taken since it was last raised.
    ceiling = models.PositiveIntegerField(null=True)
    earned = models.PositiveIntegerField(default=0)
    eased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sender", "provider", "mailbox", "kind", "period"],
                name="sending_throttle_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(sender__isnull=False) | Q(provider__isnull=False),
                name="sending_throttle_of_somebody",
            ),
            models.CheckConstraint(
                condition=Q(most__gt=0, period__gt=0), name="sending_throttle_lets_some_through"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.most} in {self.period} s of {self.sender_id}"


class Ramp(models.Model):
    """A warm-up: a day's cap that doubles while nothing is wrong."""

    sender = models.OneToOneField(Sender, models.CASCADE, related_name="ramp")
    step = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField(auto_now_add=True)
    stepped_at = models.DateTimeField()
    # What the throttle had granted when this step began.
    granted_before = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"step {self.step} of {self.sender_id}"


class Acquaintance(models.Model):
    """A provider that has taken enough of a sender's mails to be given all of them at once."""

    sender = models.ForeignKey(Sender, models.CASCADE, related_name="+", db_index=False)
    provider = models.ForeignKey(Provider, models.CASCADE, related_name="+")
    met_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sender", "provider"], name="sending_acquaintance_once")
        ]

    def __str__(self) -> str:
        return f"{self.provider_id} knows {self.sender_id}"


class Canary(models.Model):
    """The first few of a large campaign; the rest waits for what becomes of them."""

    campaign = models.OneToOneField(Campaign, models.CASCADE, related_name="canary")
    size = models.PositiveIntegerField()
    taken = models.PositiveIntegerField(default=0)
    # Set when the last of the few is taken.
    waits_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(taken__lte=models.F("size")), name="sending_canary_small"
            )
        ]

    def __str__(self) -> str:
        return f"{self.taken} of {self.size} of {self.campaign_id}"


class Tally(models.Model):
    """What mail servers answered to a campaign, per mailbox provider, since it was begun.

    Added up by the lanes, claim by claim: counting the ledger would be too dear for every tick.
    A worker that dies takes a claim's answers with it; no state of the ledger hangs on them.
    """

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="tallies", db_index=False)
    mailbox = models.CharField(max_length=20)
    # Before the first mail that is counted here was handed over.
    begun_at = models.DateTimeField()
    handed = models.PositiveIntegerField(default=0)
    # Of these: no such address, refused as unwanted, and failed or not confirmed otherwise.
    dead = models.PositiveIntegerField(default=0)
    blocked = models.PositiveIntegerField(default=0)
    errors = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "mailbox"], name="sending_tally_once")
        ]

    def __str__(self) -> str:
        return f"{self.handed} of {self.campaign_id} to {self.mailbox}"


class DayTally(models.Model):
    """What servers answered to a sender's mails of one campaign and one day (UTC).

    Added up with the tallies above, and thrown away with what a person has decided about.
    """

    sender = models.ForeignKey(Sender, models.CASCADE, related_name="day_tallies", db_index=False)
    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="day_tallies")
    day = models.DateField()
    # Before the first mail that is counted here was handed over.
    begun_at = models.DateTimeField()
    handed = models.PositiveIntegerField(default=0)
    dead = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sender", "campaign", "day"], name="sending_daytally_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.handed} of {self.campaign_id} on {self.day}"


class Alarm(models.Model):
    """What stopped by itself: a campaign, or one mailbox provider's part of it."""

    class Cause(models.TextChoices):
        HARD_BOUNCES = "hard_bounces", _("Too many addresses do not exist")
        COMPLAINTS = "complaints", _("Too many people reported it as spam")
        ERRORS = "errors", _("Too many mails failed")
        BLOCKS = "blocks", _("A mailbox provider refuses the mails")
        # No breakers: nothing was measured, it simply did not go on.
        PROVIDER = "provider", _("The provider takes nothing")
        REFUSALS = "refusals", _("One refusal after the other")
        DATABASE = "database", _("The database cannot keep what is done")

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="alarms", db_index=False)
    cause = models.CharField(max_length=20, choices=Cause)
    # Whose mails of the last days were measured, over all its campaigns; null: this one's.
    sender = models.ForeignKey(Sender, models.SET_NULL, null=True, related_name="alarms")
    # Empty: the whole campaign.
    mailbox = models.CharField(max_length=20, blank=True)
    # The figures it tripped at: so many of so many.
    counted = models.PositiveIntegerField(default=0)
    handed = models.PositiveIntegerField(default=0)
    # The server's own.
    words = models.CharField(max_length=300, blank=True, default="", db_default="")
    raised_at = models.DateTimeField(auto_now_add=True)
    # Of a part: when the next few are tried by itself (null: a person decides), how often that
    # was begun, and how many were let go since; 0: all wait.
    retry_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(db_default=0, default=0)
    released = models.PositiveIntegerField(db_default=0, default=0)
    # The owners were told by mail.
    told_at = models.DateTimeField(null=True)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            # Two ticks at once raise one alarm.
            models.UniqueConstraint(
                fields=["campaign", "mailbox"],
                name="sending_alarm_once",
                condition=Q(lifted_at__isnull=True),
            )
        ]
        indexes = [
            # For what holds a campaign, and from when on its mails count.
            models.Index(fields=["campaign", "mailbox"], name="sending_alarm_campaign"),
            # For the tick, which tells owners.
            models.Index(
                fields=["raised_at"], name="sending_alarm_untold", condition=Q(told_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cause} in {self.campaign_id}"


class Cooldown(models.Model):
    """A provider that asked us to wait, or does not answer. Shared by all workers."""

    provider = models.OneToOneField(Provider, models.CASCADE, related_name="cooldown")
    until = models.DateTimeField()
    # The server's own words.
    reason = models.CharField(max_length=300)
    # Waits in a row without a mail in between: each is longer than the last.
    tries = models.PositiveSmallIntegerField(default=1)
    # Waiting does not help, a person has to; somebody stands in meanwhile.
    lasting = models.BooleanField(default=False, db_default=False)

    def __str__(self) -> str:
        return f"{self.provider_id} until {self.until}"
