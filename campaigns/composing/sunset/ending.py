"""How those who were asked answered, and the end of a round: who said nothing is unsubscribed.

A member does it after a look at who they are; by itself it happens only where a member switched
that on. Either way it is a bulk edit: in the audit log, in the ledger, and undone by one button.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from campaigns.accounts import audit
from campaigns.accounts.models import User
from campaigns.audience.bulk import people, running
from campaigns.audience.models import BulkEdit, ConsentEntry, Contact, Purpose, Subscription
from campaigns.audience.querysets import ContactQuerySet
from campaigns.audience.segments import compiling, querysets
from campaigns.composing.models import Campaign
from campaigns.composing.sunset import asking
from campaigns.composing.sunset.models import Spared, SunsetRule

WAIT_MS = 2_000


@dataclass(frozen=True)
class Answers:
    """What became of those who were asked. None: it takes longer to count than a page can wait."""

    asked: int | None
    # They pressed the button.
    yes: int | None
    # Neither that, nor were they seen since, nor have they left.
    silent: int | None
    # As those, but a member said that they stay.
    spared: int | None


def answers(rule: SunsetRule, campaign: Campaign) -> Answers:
    """Count how those who were asked answered so far."""
    counted = [
        querysets.within(WAIT_MS, found.count)
        for found in (
            _asked(campaign),
            _said_yes(campaign),
            silent(rule, campaign),
            spared(rule, campaign),
        )
    ]
    return Answers(*counted)


def silent(rule: SunsetRule, campaign: Campaign) -> ContactQuerySet:
    """Return who got the mail, is on its lists, was not seen or heard since, and is not spared."""
    return _unheard(rule, campaign).filter(~Exists(_spared(campaign)))


def spared(rule: SunsetRule, campaign: Campaign) -> ContactQuerySet:
    """Return who would be silent, had no member said that they stay."""
    return _unheard(rule, campaign).filter(Exists(_spared(campaign)))


def is_due(rule: SunsetRule) -> bool:
    """Whether those who were asked have had their time."""
    return rule.due_at is not None and rule.due_at <= timezone.now()


@transaction.atomic
def unsubscribe(rule: SunsetRule, by: User | None, *, by_itself: bool = False) -> BulkEdit | None:
    """End the round: unsubscribe who said nothing, from the lists of the mail.

    Return the bulk edit, which runs from then on; None where somebody else ended the round.
    """
    campaign = rule.campaign
    if campaign is None or not is_due(rule) or not over(rule):
        return None
    edit = people.choose(rule.workspace, by, silent(rule, campaign))
    edit.action = BulkEdit.Action.UNSUBSCRIBE
    edit.values = {"lists": lists(campaign), "evidence": {"asked_by": campaign.pk}}
    edit.save(update_fields=["action", "values"])
    running.start(edit)
    SunsetRule.objects.filter(pk=rule.pk).update(last_edit=edit)
    facts = {"rule": rule.pk, "campaign": campaign.pk, "bulk_edit": edit.pk}
    audit.record(
        by, rule.workspace, "sunset_ended", **facts, people=edit.people, by_itself=by_itself
    )
    return edit


def over(rule: SunsetRule) -> bool:
    """Let the round be over, and say whether this call did it. Nobody is unsubscribed by that."""
    mine = SunsetRule.objects.filter(pk=rule.pk, campaign=rule.campaign_id)
    return mine.exclude(campaign=None).update(campaign=None) == 1


def due_by_themselves() -> QuerySet[SunsetRule]:
    """Return rules with a round under way that a member lets end without a look."""
    rules = SunsetRule.objects.filter(is_automatic=True, campaign__finished_at__isnull=False)
    return rules.select_related("workspace", "campaign", "list", "automatic_by").order_by("pk")


def end_by_themselves() -> list[int]:
    """End the rounds that are due and may end by themselves; return the bulk edits that run."""
    ended = [
        unsubscribe(rule, rule.automatic_by, by_itself=True)
        for rule in due_by_themselves()
        if is_due(rule)
    ]
    return [edit.pk for edit in ended if edit is not None]


def lists(campaign: Campaign) -> list[int]:
    """Return the lists that the mail went to."""
    return list(campaign.lists.order_by("pk").values_list("pk", flat=True))


def _unheard(rule: SunsetRule, campaign: Campaign) -> ContactQuerySet:
    """Return those asked who are still in the rule's question, and on a list of the mail.

    Whoever opened, clicked or said yes is not in it any more.
    """
    on = Subscription.objects.subscribed().filter(contact=OuterRef("pk"))
    still = compiling.condition(rule.workspace, asking.question(rule))
    here = Exists(on.filter(list__in=lists(campaign)))
    return _asked(campaign).filter(still, here)


def _spared(campaign: Campaign) -> QuerySet[Spared]:
    return Spared.objects.filter(campaign=campaign, contact=OuterRef("pk"))


def _asked(campaign: Campaign) -> ContactQuerySet:
    got = {"what": "sent", "how": "campaign", "campaign": campaign.pk}
    question = compiling.read({"match": "all", "of": [got]})
    return compiling.people(campaign.workspace, question)


def _said_yes(campaign: Campaign) -> ContactQuerySet:
    yes = ConsentEntry.objects.filter(
        contact=OuterRef("pk"),
        purpose=Purpose.MAIL,
        evidence__contains={"stays": True, "campaign": campaign.pk},
    )
    found: ContactQuerySet = Contact.objects.filter(
        Exists(yes), pk__in=_asked(campaign).values("pk")
    )
    return found
