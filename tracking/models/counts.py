"""What is counted as events arrive. Counts name nobody, and stay when the events go."""

from django.db import models

from tracking.models.events import Mode


class CampaignCount(models.Model):
    """The hits of a campaign by mode and verdict."""

    campaign_id = models.BigIntegerField()
    mode = models.CharField(max_length=10, choices=Mode)
    verdict = models.CharField(max_length=10)
    opens = models.PositiveBigIntegerField(default=0)
    clicks = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign_id", "mode", "verdict"], name="tracking_campaign_count_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.mode} {self.verdict}"


class PeopleCount(models.Model):
    """The people of a campaign, in individual mode. Bounds, because nobody can know better."""

    campaign_id = models.BigIntegerField(primary_key=True)
    # A person's own load, or a person's click (which nobody does without opening).
    openers_sure = models.PositiveIntegerField(default=0)
    # Those, and the ones whose mail program loads images by itself.
    openers_possible = models.PositiveIntegerField(default=0)
    # Whoever or whatever loaded the pixel.
    openers_raw = models.PositiveIntegerField(default=0)
    clickers_sure = models.PositiveIntegerField(default=0)
    clickers_possible = models.PositiveIntegerField(default=0)
    clickers_raw = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"people of {self.campaign_id}"


class HourCount(models.Model):
    """Hits per hour (UTC)."""

    campaign_id = models.BigIntegerField()
    mode = models.CharField(max_length=10, choices=Mode)
    verdict = models.CharField(max_length=10)
    hour = models.DateTimeField()
    opens = models.PositiveIntegerField(default=0)
    clicks = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign_id", "hour", "mode", "verdict"], name="tracking_hour_count_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.hour}"


class LinkCount(models.Model):
    """Clicks per link; `people` only in individual mode, and only people's own clicks."""

    campaign_id = models.BigIntegerField()
    mode = models.CharField(max_length=10, choices=Mode)
    verdict = models.CharField(max_length=10)
    number = models.PositiveIntegerField()
    clicks = models.PositiveIntegerField(default=0)
    people = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign_id", "number", "mode", "verdict"],
                name="tracking_link_count_once",
            )
        ]

    def __str__(self) -> str:
        return f"link {self.number} of {self.campaign_id}"


class FacetCount(models.Model):
    """People's own hits by country, device, operating system, client and language.

    By region and city only those of people who may be known, where the file knows them.
    """

    class Facet(models.TextChoices):
        COUNTRY = "country"
        DEVICE = "device"
        OS = "os"
        CLIENT = "client"
        LANGUAGE = "language"
        REGION = "region"
        CITY = "city"

    campaign_id = models.BigIntegerField()
    mode = models.CharField(max_length=10, choices=Mode)
    facet = models.CharField(max_length=8, choices=Facet)
    value = models.CharField(max_length=80, blank=True)
    opens = models.PositiveIntegerField(default=0)
    clicks = models.PositiveIntegerField(default=0)
    # Signed, because a person may move from "not known" to a value, in one addition.
    people = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign_id", "facet", "value", "mode"], name="tracking_facet_count_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.facet} {self.value} of {self.campaign_id}"
