"""Who stays though they did not answer: a member has looked at them, and knows better."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from campaigns.audience.duplicates.uniting import Union
from campaigns.composing.sunset import ending
from campaigns.composing.sunset.models import Spared, SunsetRule


@transaction.atomic
def spare(rule: SunsetRule, ids: Sequence[int]) -> int:
    """Let these stay in the round under way; return how many of them had not answered.

    Whoever ends the round meanwhile waits for it, or has ended it: then nobody is spared.
    """
    rows = SunsetRule.objects.select_for_update(of=["self"])
    held = rows.filter(pk=rule.pk, campaign=rule.campaign_id).first()
    if held is None or rule.campaign is None:
        return 0
    silent = ending.silent(rule, rule.campaign).filter(pk__in=ids)
    spared = [Spared(campaign=rule.campaign, contact=contact) for contact in silent]
    return len(Spared.objects.bulk_create(spared, ignore_conflicts=True))


def spare_no_more(rule: SunsetRule, ids: Sequence[int]) -> int:
    """Treat these as all others who did not answer; return how many were spared."""
    rows = Spared.objects.filter(campaign=rule.campaign_id, contact__in=ids)
    deleted, _rows = rows.delete()
    return deleted


def unite(union: Union) -> None:
    """Let who became another stay as that one."""
    theirs = Spared.objects.filter(contact=union.gone).values_list("campaign", flat=True)
    rows = [Spared(campaign_id=campaign, contact=union.kept) for campaign in theirs]
    Spared.objects.bulk_create(rows, ignore_conflicts=True)
