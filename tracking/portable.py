"""What of this room goes into the archive of a workspace: links, counts, and what people did."""

from __future__ import annotations

from tracking.models import (
    CampaignCount,
    Engagement,
    Event,
    FacetCount,
    HourCount,
    Link,
    LinkClicker,
    LinkCount,
    PeopleCount,
    TrackedCampaign,
)
from tracking.parts import Column, Part, named, plain

_OF_CAMPAIGNS = (
    "t.campaign_id IN (SELECT campaign_id FROM tracking_trackedcampaign"
    " WHERE workspace_id = %(workspace)s)"
)
_CAMPAIGN = named("campaign", "campaigns", "Of which campaign.")
_DELIVERY = named("delivery", "deliveries", "Which mail.")
_CONTACT = named("contact", "contacts", "Which person.")
_MODE = Column("mode", "`individual`: of people who may be measured; `aggregate`: of all others.")
_VERDICT = Column(
    "verdict", "Who or what it was: human, proxied, uncertain, prefetch, scanner, self."
)
_OPENS = Column("opens", "Opens.")
_CLICKS = Column("clicks", "Clicks.")
_MACHINE = plain(
    country="Country, two letters; empty: not known.",
    device="Sort of device.",
    os="Operating system.",
    client="Program.",
    language="Language.",
    region="Region, where it may be and is known.",
    city="City, where it may be and is known.",
)
_WORKSPACE = {"workspace_id": "%(workspace)s"}
# Of who refused, nothing was kept: nothing is brought in either.
_NO = "('refused', 'withdrawn')"
_MAY_OPEN, _MAY_CLICK = (
    f"coalesce(a.opens, '') NOT IN {_NO}",
    f"coalesce(a.clicks, '') NOT IN {_NO}",
)
_ANSWERS = "LEFT JOIN archived_answers a ON a.contact = {0}.contact"

PARTS: tuple[Part, ...] = (
    Part(
        "measured_campaigns",
        "Campaigns whose mails may come back as opens and clicks.",
        TrackedCampaign,
        (_CAMPAIGN, Column("stopped_at", "From then on their mails collect nothing.")),
        key="",
        order="t.campaign_id",
        made=_WORKSPACE,
    ),
    Part(
        "links",
        "Links of campaigns. Numbers within a campaign are never used twice.",
        Link,
        (
            _CAMPAIGN,
            Column("number", "Its number within the campaign."),
            # Redirects lead to what stands here.
            Column(
                "url", "Where it leads.", must="{0} ~ '^(https?|mailto|tel|sms):[^[:cntrl:]]*$'"
            ),
        ),
        key="",
        order="t.campaign_id, t.number",
        made=_WORKSPACE,
    ),
    Part(
        "campaign_counts",
        "Opens and clicks of each campaign.",
        CampaignCount,
        (_CAMPAIGN, _MODE, _VERDICT, _OPENS, _CLICKS),
        mine=_OF_CAMPAIGNS,
        key="",
        order="t.campaign_id, t.mode, t.verdict",
    ),
    Part(
        "people_counts",
        "People of each campaign who opened or clicked, from the fewest to the most it can be.",
        PeopleCount,
        (
            _CAMPAIGN,
            *plain(
                openers_sure="Certainly opened it.",
                openers_possible="Those, and the ones whose mail program loads images by itself.",
                openers_raw="Whoever or whatever loaded the image.",
                clickers_sure="Certainly clicked.",
                clickers_possible="Those, and the ones of whom it is not certain.",
                clickers_raw="Whoever or whatever followed a link.",
            ),
        ),
        mine=_OF_CAMPAIGNS,
        key="",
        order="t.campaign_id",
    ),
    Part(
        "hour_counts",
        "Opens and clicks of each campaign, hour by hour.",
        HourCount,
        (_CAMPAIGN, _MODE, _VERDICT, Column("hour", "The hour’s beginning."), _OPENS, _CLICKS),
        mine=_OF_CAMPAIGNS,
        key="",
        order="t.campaign_id, t.hour, t.mode, t.verdict",
    ),
    Part(
        "link_counts",
        "Clicks on each link.",
        LinkCount,
        (
            _CAMPAIGN,
            _MODE,
            _VERDICT,
            *plain(number="The link’s number.", clicks="Clicks.", people="People who clicked."),
        ),
        mine=_OF_CAMPAIGNS,
        key="",
        order="t.campaign_id, t.number, t.mode, t.verdict",
    ),
    Part(
        "facet_counts",
        "People’s own opens and clicks by country, device, program and so on.",
        FacetCount,
        (
            _CAMPAIGN,
            _MODE,
            *plain(facet="By what.", value="Which; empty: not known."),
            _OPENS,
            _CLICKS,
            Column("people", "People."),
        ),
        mine=_OF_CAMPAIGNS,
        key="",
        order="t.campaign_id, t.facet, t.value, t.mode",
    ),
    Part(
        "engagement",
        "What each person who may be measured did with each campaign.",
        Engagement,
        (
            _CAMPAIGN,
            _DELIVERY,
            _CONTACT,
            *plain(
                opens_sure="Opens by the person.",
                opens_uncertain="Opens that may be the person’s.",
                opens_machine="Loads by machines.",
                clicks_sure="Clicks by the person.",
                clicks_uncertain="Clicks that may be the person’s.",
                clicks_machine="Clicks by machines.",
                first_open_at="When they first opened it.",
                first_click_at="When they first clicked.",
                last_at="When they last did either.",
                latest_at="The last hit of any kind: it is deleted some time after it.",
                clicks_only="Their opens are not to be known.",
            ),
            *_MACHINE,
        ),
        key="",
        made=_WORKSPACE,
        joined=_ANSWERS.format("x"),
        kept=f"({_MAY_OPEN} OR x.clicks_only) AND ({_MAY_CLICK}"
        " OR (x.clicks_sure, x.clicks_uncertain, x.clicks_machine) = (0, 0, 0))",
    ),
    Part(
        "link_clickers",
        "Mails through which a person followed a link.",
        LinkClicker,
        (_CAMPAIGN, Column("number", "The link’s number."), _DELIVERY),
        mine=_OF_CAMPAIGNS,
        key="",
        order="t.campaign_id, t.number, t.delivery_id",
        joined="JOIN archived_deliveries d ON d.id = x.delivery " + _ANSWERS.format("d"),
        kept=_MAY_CLICK,
    ),
    Part(
        "events",
        "Each open and click, as long as they are kept. Neither address nor user agent is.",
        Event,
        (
            _CAMPAIGN,
            _DELIVERY,
            _CONTACT,
            _MODE,
            *plain(
                kind="`open` or `click`.",
                number="The link’s number.",
                at="When.",
            ),
            _VERDICT,
            *plain(reason="Why it is taken for that.", rules="The version of the rules."),
            *_MACHINE,
            *plain(
                time_zone="The time zone that their place is in.",
                family="The family of the program.",
                network="The class of its network.",
                flags="What its request looked like.",
                age="Seconds after the mail was handed over.",
                beside="What else came at the same moment.",
            ),
        ),
        key="",
        order="t.at, t.id",
        made=_WORKSPACE,
        joined=_ANSWERS.format("x"),
        kept="x.at > now() - make_interval(days => %(event_days)s) AND x.at < now()"
        f" AND CASE x.kind WHEN 'click' THEN {_MAY_CLICK} ELSE {_MAY_OPEN} END",
    ),
)

# What stays behind, and why.
LEFT = {
    "DeedBits": "What people did, once more in bits, which are made from it.",
    "Merged": "Whom tokens in mails of the old house mean by now.",
    "Muted": "The new house has mailed nobody yet whose mails would have to be muted.",
    "SpoolPosition": "How far this machine has read its own files.",
}
