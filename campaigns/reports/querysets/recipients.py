"""Recipients of a campaign with what each did: deliveries beside tracking's engagement.

Tracking knows no deliveries, and keeps no foreign keys, so the join is written here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection

from campaigns.accounts.keyset import Order
from campaigns.audience import addresses, statements
from campaigns.audience.models import Contact, Segment
from campaigns.audience.querysets import ContactQuerySet
from campaigns.audience.segments import applying


class RecipientRow(NamedTuple):
    """A delivery, the person behind it, and what they did; nothing done is None."""

    outcome: str
    id: int
    contact_id: int | None
    address: str
    first_name: str | None
    last_name: str | None
    state: str
    mode: str
    # About clicks; empty: as `mode`.
    click_mode: str
    done_at: datetime | None
    attempt: int
    code: int | None
    enhanced_code: str
    reason: str
    hard_bounced_at: datetime | None
    complained_at: datetime | None
    unsubscribed_at: datetime | None
    opens: int | None
    opens_uncertain: int | None
    opens_machine: int | None
    clicks: int | None
    clicks_uncertain: int | None
    clicks_machine: int | None
    first_open_at: datetime | None
    first_click_at: datetime | None
    last_at: datetime | None
    country: str | None
    device: str | None
    client: str | None


# What was done with older mails is not kept of everybody: see docs/privacy.md.
KEPT = "d.done_at > statement_timestamp() - %(kept)s::interval"
MEASURED = (
    f"""d.state = 'sent' AND d.mode = 'individual' AND d.hard_bounced_at IS NULL AND {KEPT}"""
)
# About clicks; empty is as about opens.
CLICK_MODE = "coalesce(nullif(d.click_mode, ''), d.mode)"
# A click tells of no open where opens are not to be known.
_TELLS = "(e.clicks_only IS NOT TRUE)::int"
OPENED = f"coalesce(e.opens_sure, 0) + coalesce(e.clicks_sure, 0) * {_TELLS} > 0"
PERHAPS = f"coalesce(e.opens_uncertain, 0) + coalesce(e.clicks_uncertain, 0) * {_TELLS} > 0"
_UNMEASURED = """CASE WHEN 'aggregate' IN (d.mode, d.click_mode) THEN 'counted'
              ELSE 'not_measured' END"""
# The strongest thing that can be said of a recipient.
OUTCOME = f"""
    CASE WHEN d.state <> 'sent' THEN d.state
         WHEN d.hard_bounced_at IS NOT NULL THEN 'bounced'
         WHEN d.complained_at IS NOT NULL THEN 'complained'
         WHEN u.unsubscribed_at IS NOT NULL THEN 'unsubscribed'
         WHEN 'individual' NOT IN (d.mode, {CLICK_MODE}) THEN {_UNMEASURED}
         WHEN e.clicks_sure > 0 THEN 'clicked'
         WHEN e.opens_sure > 0 THEN 'opened'
         WHEN e.opens_uncertain + e.clicks_uncertain > 0 THEN 'uncertain'
         WHEN d.mode <> 'individual' THEN {_UNMEASURED}
         WHEN NOT ({KEPT}) THEN 'not_kept'
         ELSE 'not_opened' END
"""
FIELDS = f"""
    {OUTCOME}, d.id, d.contact_id, d.address, c.first_name, c.last_name, d.state, d.mode,
    d.click_mode, d.done_at, d.attempt, d.code, d.enhanced_code, d.reason,
    d.hard_bounced_at, d.complained_at, u.unsubscribed_at,
    e.opens_sure, e.opens_uncertain, e.opens_machine,
    e.clicks_sure, e.clicks_uncertain, e.clicks_machine,
    e.first_open_at, e.first_click_at, e.last_at, e.country, e.device, e.client
"""
TABLES = """
    sending_delivery d
    LEFT JOIN audience_contact c ON c.id = d.contact_id
    LEFT JOIN tracking_engagement e ON e.campaign_id = d.campaign_id AND e.delivery_id = d.id
    LEFT JOIN (
        SELECT delivery_id, min(at) AS unsubscribed_at FROM audience_unsubscription
         WHERE campaign_id = %(campaign)s AND undone_at IS NULL GROUP BY delivery_id
    ) u ON u.delivery_id = d.id
"""

# What may be asked for, and what it means of a delivery.
SHOWN = {
    "sent": "d.state = 'sent'",
    "opened": OPENED,
    "perhaps": f"NOT ({OPENED}) AND {PERHAPS}",
    "clicked": "e.clicks_sure > 0",
    # Nobody who may not be measured is called somebody who did not open.
    "not_opened": f"{MEASURED} AND NOT ({OPENED}) AND NOT ({PERHAPS})",
    "not_measured": (
        "d.state = 'sent' AND d.mode <> 'individual' AND d.click_mode <> 'individual'"
    ),
    "bounced": "d.hard_bounced_at IS NOT NULL",
    "failed": "d.state IN ('failed', 'expired', 'unknown')",
    "not_sent": "d.state IN ('suppressed', 'cancelled')",
    "waiting": "d.state IN ('pending', 'claimed', 'sending')",
    "unsubscribed": "u.unsubscribed_at IS NOT NULL",
    "complained": "d.complained_at IS NOT NULL",
}
NAME = "nullif(lower(concat_ws(' ', nullif(c.last_name, ''), nullif(c.first_name, ''))), '')"
# What rows are sorted by, and the type of it.
SORTED = {
    "address": ("d.address_key", "text"),
    "name": (NAME, "text"),
    "state": ("d.state", "text"),
    "first_open": ("e.first_open_at", "timestamptz"),
    "opens": ("e.opens_sure::bigint", "bigint"),
    "clicks": ("e.clicks_sure::bigint", "bigint"),
    "last": ("e.last_at", "timestamptz"),
    "country": ("nullif(e.country, '')", "text"),
    "device": ("nullif(e.device, '')", "text"),
}
# Sorted by what somebody did; and asked for by it.
DEEDS = frozenset({"first_open", "opens", "clicks", "last", "country", "device"})
OF_DOERS = frozenset({"opened", "perhaps", "clicked"})
# Whom a search or a segment finds; and whom a mail went to whose address is another by now.
WORDS = "d.contact_id IN ({people})"
ADDRESSED = "d.address_key = %(address)s"
CLICKED_LINK = """EXISTS (SELECT FROM tracking_linkclicker k
     WHERE k.campaign_id = d.campaign_id AND k.number = %(link)s AND k.delivery_id = d.id)"""

DOMAINS = """
SELECT DISTINCT domain FROM sending_delivery WHERE campaign_id = %s AND domain LIKE '%%xn--%%'
"""


@dataclass(frozen=True)
class Question:
    """Which recipients of a campaign, in which order."""

    campaign_id: int
    workspace_id: int
    show: str = ""
    # The number of a link that they clicked themselves.
    link: int | None = None
    # Only people who are in it now.
    segment: Segment | None = None
    text: str = ""
    sort: str = "-last"
    # The deliveries that the text found, where they were looked for already.
    found: Sequence[int] | None = None

    def where(self) -> tuple[str, dict[str, Any]]:
        """Return the condition, and the values in it."""
        condition, values = self.besides_text()
        if self.found is not None:
            return f"{condition} AND d.id = ANY(%(found)s)", values | {"found": list(self.found)}
        if not self.text:
            return condition, values
        (words, addressed), searched = self.searched()
        return f"{condition} AND ({words} OR {addressed})", values | searched

    def searched(self) -> tuple[tuple[str, str], dict[str, Any]]:
        """Return the two conditions of the text, either of which has an index, and their values."""
        values: dict[str, Any] = {"address": addresses.key(self.text)}
        people = Contact.objects.filter(workspace=self.workspace_id).matching(self.text)
        condition, given = _is_of(people, "word")
        return (condition, ADDRESSED), values | given

    def besides_text(self) -> tuple[str, dict[str, Any]]:
        """Return the condition without what is searched for, and the values in it."""
        parts = ["d.campaign_id = %(campaign)s", "d.workspace_id = %(workspace)s"]
        values: dict[str, Any] = {
            "campaign": self.campaign_id,
            "workspace": self.workspace_id,
            "kept": timedelta(days=settings.EVENT_RETENTION_DAYS),
        }
        if self.show in SHOWN:
            parts.append(f"({SHOWN[self.show]})")
        if self.link is not None:
            parts.append(CLICKED_LINK)
            values["link"] = self.link
        if self.segment is not None:
            condition, given = _is_of(applying.people(self.segment), "asked")
            parts.append(condition)
            values |= given
        return " AND ".join(parts), values

    @property
    def order(self) -> Order:
        """How they are sorted; people who did nothing come last."""
        place, cast = SORTED[self._column]
        return Order(place, cast, "d.id", falls=self.sort.startswith("-"))

    @property
    def whole_order(self) -> str:
        """What all of them are ordered by in one go, as the pages have them one after another.

        Who did nothing that could be sorted by stands by address: see `ranking`.
        """
        if self.is_by_address or not self.is_ranked:
            return self.order.by(None)
        place, direction = self.order.place, "DESC" if self.order.falls else "ASC"
        number = f"CASE WHEN {place} IS NOT NULL THEN d.id END"
        return f"{place} {direction} NULLS LAST, {number}, d.address_key"

    @property
    def is_ranked(self) -> bool:
        """Whether they are sorted by what they did."""
        return self._column in DEEDS

    @property
    def is_by_address(self) -> bool:
        return self._column == "address"

    @property
    def is_of_doers(self) -> bool:
        """Whether only those are asked for who did something."""
        return self.show in OF_DOERS or self.link is not None

    @property
    def needs_deliveries(self) -> bool:
        """Whether tracking's rows do not say enough about who is asked for."""
        return bool(self.text or self.segment) or self.show not in ("", *OF_DOERS)

    @property
    def _column(self) -> str:
        name = self.sort.removeprefix("-")
        return name if name in SORTED else "last"


def foreign_domains(campaign_id: int) -> list[str]:
    """Return the domains of recipients that are written in letters that are not theirs."""
    with connection.cursor() as cursor:
        cursor.execute(DOMAINS, (campaign_id,))
        return [domain for (domain,) in cursor.fetchall()]


def _is_of(people: ContactQuerySet, name: str) -> tuple[str, dict[str, Any]]:
    """Return the condition that a delivery went to one of `people`, and its values."""
    sql, given = statements.of(people.order_by().values("pk"))
    values = {f"{name}{place}": value for place, value in enumerate(given)}
    return WORDS.format(people=sql % tuple(f"%({key})s" for key in values)), values
