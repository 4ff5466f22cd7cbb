"""Conditions about opens and clicks: in a campaign, in any, in the last few, how often, never.

That somebody did is certain where a person did it for sure. That they did not is certain where
their mails were measured one by one and nothing came, not even perhaps. Who is only counted
is neither: no segment has them for what they did or did not do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, Q
from django.utils.translation import gettext_lazy as _

from campaigns.audience.segments.parameters import Kind, Parameter
from campaigns.audience.segments.registry import Answer, Asking, How, Values, What
from campaigns.sending.querysets import segments as questions
from campaigns.sending.segments import at_once
from campaigns.sending.segments.mailings import CAMPAIGN, DAYS, LAST, SUBJECT, got, which
from tracking.models import Engagement
from tracking.querysets import EngagementQuerySet

TIMES = Parameter("times", Kind.WHOLE, _("Times"), most=50)
LINK = Parameter(
    "link",
    Kind.WHOLE,
    _("Link"),
    least=0,
    most=100_000,
    thing="link",
    within="campaign",
    optional=True,
)
ADDRESS = Parameter("address", Kind.TEXT, _("Part of the link's address"))


@dataclass(frozen=True)
class Deed:
    """An open or a click, in the words of tracking: "open", "click"."""

    kind: str

    def surely(self, rows: EngagementQuerySet) -> EngagementQuerySet:
        """Of `rows`, those of people who did it for sure."""
        return rows.openers() if self.kind == "open" else rows.clickers()

    def perhaps(self, rows: EngagementQuerySet) -> EngagementQuerySet:
        """Of `rows`, those, and the ones where it may have been a machine."""
        if self.kind == "open":
            return rows.possible_openers()
        return rows.filter(Q(clicks_sure__gt=0) | Q(clicks_uncertain__gt=0))

    def done(self, who: Asking, values: Values) -> Answer:
        """Whether they did it in any of the campaigns that the condition is about."""
        campaigns = which(who, values)
        rows = questions.did(who.workspace_id, campaigns)
        surely, perhaps = self.surely(rows), self.perhaps(rows)
        if "link" in values:
            surely = questions.on_link(surely, values["link"])
        if "address" in values:
            surely = questions.on_address(surely, who.workspace_id, values["address"])
        dark = questions.in_the_dark(self.kind, campaigns)
        # Which links were clicked perhaps is not kept, so perhaps they clicked this one.
        sure = Q(Exists(surely))
        if "link" in values or "address" in values:
            uncertain = rows.filter(clicks_uncertain__gt=0)
            return Answer(sure, ~sure & ~Q(Exists(uncertain)) & ~Q(Exists(dark)))
        sure = at_once.did(who, self.kind, campaigns) or sure
        return Answer(sure, ~Q(Exists(perhaps)) & ~Q(Exists(dark)))

    def got_and_did_not(self, who: Asking, values: Values) -> Answer:
        """Whether they were sent any of those campaigns, and did it in none."""
        answer = got(who, values) & ~self.done(who, values)
        campaigns = which(who, values)
        if (yes := at_once.got_and_did_not(who, self.kind, campaigns)) is not None:
            return Answer(yes, answer.no)
        if campaigns is None or len(campaigns) != 1:
            return answer
        # Of one campaign everybody has one mail, which is looked up once: half of the time.
        (campaign,) = campaigns
        light = Q(Exists(questions.sent_in_the_light(self.kind, campaign)))
        done = self.perhaps(questions.did(who.workspace_id, campaigns))
        return Answer(light & ~Q(Exists(done)), answer.no)

    def since(self, who: Asking, values: Values) -> Answer:
        """Whether they did it in the last days: the first time in some campaign."""
        moment = who.start_of(who.days_ago(values["days"]))
        rows = questions.did(who.workspace_id)
        yes = at_once.since(who, self.kind, moment)
        if yes is None:
            yes = Q(Exists(questions.first_since(rows, self.kind, moment)))
        return Answer(yes, self.done(who, {}).no)

    def often(self, who: Asking, values: Values) -> Answer:
        """Whether they did it in at least so many of the last campaigns."""
        campaigns = questions.latest(who.workspace_id, values["last"])
        rows = Engagement.objects.filter(campaign_id__in=campaigns)
        own = questions.did(who.workspace_id, campaigns)
        mine = self.perhaps(own)
        dark = questions.in_the_dark(self.kind, campaigns)
        dark = questions.without(dark, self.perhaps(rows))
        times = values["times"]
        often = at_once.often(who, self.kind, campaigns, times)
        if often is None:
            often = ~questions.fewer_than(times, self.surely(own))
        return Answer(often, questions.fewer_than(times, mine, dark))


def _hows(deed: Deed, say: dict[str, Any], *more: Parameter) -> dict[str, How]:
    return {
        "campaign": How(
            _("in the campaign"),
            deed.done,
            say["campaign"],
            (CAMPAIGN, *more),
            say.get("campaign_any"),
        ),
        "not_campaign": How(
            _("not in the campaign, though sent it"),
            deed.got_and_did_not,
            say["not_campaign"],
            (CAMPAIGN,),
        ),
        "any": How(_("in any campaign"), deed.done, say["any"]),
        "never": How(_("never, though sent some"), deed.got_and_did_not, say["never"]),
        "last": How(_("in any of the last … campaigns"), deed.done, say["last"], (LAST,)),
        "not_last": How(
            _("in none of the last … campaigns, though sent some"),
            deed.got_and_did_not,
            say["not_last"],
            (LAST,),
        ),
        "often": How(
            _("in at least … of the last … campaigns"), deed.often, say["often"], (TIMES, LAST)
        ),
        "in_last": How(_("in the last … days"), deed.since, say["in_last"], (DAYS,)),
    }


OPENED = {
    "campaign": _("who opened “%(campaign)s”"),
    "not_campaign": _("who were sent “%(campaign)s” and did not open it"),
    "any": _("who opened any campaign"),
    "never": _("who were sent campaigns and never opened one"),
    "last": _("who opened any of the last %(last)s campaigns"),
    "not_last": _("who were sent some of the last %(last)s campaigns and opened none"),
    "often": _("who opened at least %(times)s of the last %(last)s campaigns"),
    "in_last": _("who opened a campaign in the last %(days)s days"),
}
CLICKED = {
    "campaign": _("who clicked %(link)s in “%(campaign)s”"),
    "campaign_any": _("who clicked in “%(campaign)s”"),
    "not_campaign": _("who were sent “%(campaign)s” and did not click in it"),
    "any": _("who clicked in any campaign"),
    "never": _("who were sent campaigns and never clicked in one"),
    "last": _("who clicked in any of the last %(last)s campaigns"),
    "not_last": _("who were sent some of the last %(last)s campaigns and clicked in none"),
    "often": _("who clicked in at least %(times)s of the last %(last)s campaigns"),
    "in_last": _("who clicked in a campaign in the last %(days)s days"),
}
_CLICK = Deed("click")
WHATS = (
    What("opened", SUBJECT, _("Opened"), _hows(Deed("open"), OPENED), about_deeds=True),
    What(
        "clicked",
        SUBJECT,
        _("Clicked"),
        _hows(_CLICK, CLICKED, LINK)
        | {
            "address": How(
                _("a link whose address contains …"),
                _CLICK.done,
                _("who clicked a link with “%(address)s” in its address"),
                (ADDRESS,),
            )
        },
        about_deeds=True,
    ),
)
