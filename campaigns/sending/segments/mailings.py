"""Conditions about which campaigns people were sent, and the campaigns that conditions name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from django.db.models import Exists, Q, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext_lazy as _

from campaigns.audience.segments.parameters import Kind, Parameter
from campaigns.audience.segments.registry import Answer, Asking, How, Thing, Values, What, fact
from campaigns.composing.models import Campaign
from campaigns.sending.querysets import segments as questions
from campaigns.sending.segments import at_once
from tracking.models import Link

SUBJECT = _("What they got and did")
# As many as a person still finds something in.
OFFERED = 300
CAMPAIGN = Parameter("campaign", Kind.THING, _("Campaign"), thing="campaign")
LAST = Parameter("last", Kind.WHOLE, _("Campaigns"), most=50)
DAYS = Parameter("days", Kind.WHOLE, _("Days"), most=3660)


def which(who: Asking, values: Values) -> Collection[int] | None:
    """Return the campaigns that a condition is about; None: any."""
    if "campaign" in values:
        return [values["campaign"]]
    if "last" in values:
        return questions.latest(who.workspace_id, values["last"])
    return None


def got(who: Asking, values: Values) -> Answer:
    """Whether they were sent any of the campaigns that the condition is about."""
    campaigns = which(who, values)
    return fact(at_once.got(who, campaigns) or Q(Exists(questions.sent(campaigns))))


def _got_since(who: Asking, values: Values) -> Answer:
    since = who.start_of(who.days_ago(values["days"]))
    rows = Q(Exists(questions.sent(done_at__gte=since)))
    return fact(at_once.got_since(who, since) or rows)


def _did_not_get(who: Asking, values: Values) -> Answer:
    return ~got(who, values)


def _names(workspace_id: int, ids: Collection[int]) -> Mapping[int, str]:
    mine = Campaign.objects.filter(workspace=workspace_id, pk__in=ids)
    return dict(mine.values_list("pk", "name"))


def _options(workspace_id: int) -> list[tuple[int, str]]:
    launched = Campaign.objects.filter(workspace=workspace_id, launched_at__isnull=False)
    return list(launched.order_by("-launched_at").values_list("pk", "name")[:OFFERED])


def links_of(workspace_id: int, ids: Collection[int]) -> Mapping[int, list[tuple[str, str]]]:
    """Return the links of campaigns: number and address."""
    place = Window(RowNumber(), partition_by="campaign_id", order_by="number")
    mine = Link.objects.filter(workspace_id=workspace_id, campaign_id__in=ids)
    rows = mine.annotate(place=place).filter(place__lte=OFFERED).order_by("campaign_id", "number")
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for campaign_id, number, url in rows.values_list("campaign_id", "number", "url"):
        found[campaign_id].append((str(number), url))
    return found


CAMPAIGNS = Thing("campaign", _("a campaign"), _names, _options)
WHATS = (
    What(
        "sent",
        SUBJECT,
        _("Was sent"),
        {
            "campaign": How(_("the campaign"), got, _("who were sent “%(campaign)s”"), (CAMPAIGN,)),
            "not_campaign": How(
                _("not the campaign"),
                _did_not_get,
                _("who were not sent “%(campaign)s”"),
                (CAMPAIGN,),
            ),
            "any": How(_("any campaign"), got, _("who were sent a campaign")),
            "never": How(_("no campaign ever"), _did_not_get, _("who were never sent a campaign")),
            "last": How(
                _("any of the last … campaigns"),
                got,
                _("who were sent any of the last %(last)s campaigns"),
                (LAST,),
            ),
            "not_last": How(
                _("none of the last … campaigns"),
                _did_not_get,
                _("who were sent none of the last %(last)s campaigns"),
                (LAST,),
            ),
            "in_last": How(
                _("a campaign in the last … days"),
                _got_since,
                _("who were sent a campaign in the last %(days)s days"),
                (DAYS,),
            ),
        },
    ),
)
