"""Rounds of a rule: their end, and who is on a list after it."""

from datetime import timedelta

from django.utils import timezone

from campaigns.composing.models import Campaign
from campaigns.composing.sunset.models import SunsetRule


def finish(campaign, *, days_ago):
    at = timezone.now() - timedelta(days=days_ago)
    Campaign.objects.filter(pk=campaign.pk).update(status="sent", launched_at=at, finished_at=at)


def loaded(rule):
    return SunsetRule.objects.select_related("workspace", "campaign", "list").get(pk=rule.pk)


def on(news):
    rows = news.subscriptions.subscribed().order_by("contact__email")
    return [email.partition("@")[0] for email in rows.values_list("contact__email", flat=True)]
