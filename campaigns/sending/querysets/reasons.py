"""Why mails did not arrive: servers' codes and words, sorted into a few kinds by the database.

Sorted in SQL, so that what a page shows as one line and what a retry of that line moves
are the same rows. RFC 3463 names the classes of the enhanced codes; where a server gives
none, its words decide, less what differs from mail to mail, as queue numbers do.
"""

from __future__ import annotations

from typing import NamedTuple

from django.db import connection

# A delivery that did not arrive, as the kinds read it. "Unmade" was never handed over.
FAILURE = r"""
    SELECT d.id, d.state, d.code, d.enhanced_code, d.reason, d.sending_at IS NULL AS unmade,
           regexp_replace(lower(d.reason), '\m[a-z0-9]*[0-9][a-z0-9]*\M', '#', 'g') AS words
      FROM sending_delivery d
"""

# The first that fits.
_KINDS = (
    ("unmade", "f.unmade"),
    ("full", r"f.enhanced_code ~ '[.]2[.]2$' OR f.words ~ 'full|quota|storage|out of space'"),
    (
        "no_mailbox",
        r"f.state = 'failed' AND (f.enhanced_code ~ '^5[.]1[.](1|6|10)$' OR f.words ~ "
        r"'(user|recipient|account|mailbox).{0,30}(unknown|not (found|exist)|invalid)"
        r"|unknown user|no such|does not exist|address rejected')",
    ),
    ("closed", r"f.enhanced_code ~ '[.]2[.]1$' AND f.state = 'failed'"),
    (
        "no_domain",
        r"f.enhanced_code ~ '^[45][.](1[.]2|4[.][34])$'"
        r" OR f.words ~ 'domain.{0,20}not found|no route|host unknown'",
    ),
    ("address", r"f.enhanced_code = '5.1.3' OR f.code IN (501, 553)"),
    (
        # 28 is a flood of mail, and Gmail's word for an unusual rate of it.
        "rate",
        r"f.enhanced_code ~ '^[45][.]7[.]28$' OR f.words ~ "
        r"'unusual rate|rate.?limit|too (many|much) (mails?|messages?|connections?|recipients?)"
        r"|throttl|deferred due to .{0,20}volume'",
    ),
    (
        "sender",
        r"f.enhanced_code ~ '^[45][.](7[.](2[0-79]|3[0-2])|1[.][78])$'"
        r" OR f.words ~ '\mdmarc|\mdkim|\mspf\M|unauthenticated|sender.{0,20}rejected'",
    ),
    ("relay", r"f.words ~ 'relay'"),
    ("busy", r"f.words ~ 'gr[ae]y.?list'"),
    (
        "spam",
        r"f.enhanced_code ~ '[.]7[.]'"
        r" OR f.words ~ 'spam|black.?list|block.?list|blocked|reputation|policy|unsolicited'",
    ),
    ("large", r"f.enhanced_code ~ '[.]3[.]4$' OR f.words ~ 'too (large|big)|size'"),
    ("busy", "f.state = 'expired'"),
    ("provider", "f.code IS NULL OR f.code IN (400, 404, 406, 422)"),
)
KIND = " ".join(
    ["CASE", *(f"WHEN {test} THEN '{kind}'" for kind, test in _KINDS), "ELSE 'refused' END"]
)

# May end differently another time: refused for now, or to be mended by us. 408 and 429 are
# HTTP's; its other codes of four hundred are for good.
TRANSIENT = r"""
    (f.state = 'expired' OR f.unmade OR f.enhanced_code ~ '^4[.]'
     OR f.code IN (408, 421, 429, 450, 451, 452, 454))
"""

# What a page calls a group by.
KEY = "concat_ws(' ', f.kind, f.state, COALESCE(f.code, 0), NULLIF(f.enhanced_code, ''))"

# Sorted by how they look first: servers say few things, if to many people.
GROUPS = f"""
WITH shapes AS (
    SELECT f.state, f.code, f.enhanced_code, f.unmade, f.words,
           count(*) AS deliveries, min(f.reason) AS reason
      FROM ({FAILURE} WHERE d.campaign_id = %s AND d.troubled_at IS NOT NULL
               AND d.state IN ('failed', 'expired')) f
     GROUP BY f.state, f.code, f.enhanced_code, f.unmade, f.words
), kinds AS (SELECT f.*, {KIND} AS kind, {TRANSIENT} AS transient FROM shapes f)
SELECT f.kind, {KEY}, f.state, f.code, f.enhanced_code, f.transient, sum(f.deliveries)::bigint,
       (array_agg(f.reason ORDER BY f.deliveries DESC, f.reason))[1], count(*)
  FROM kinds f
 GROUP BY f.kind, f.state, f.code, f.enhanced_code, f.transient
 ORDER BY 7 DESC, 2
"""  # noqa: S608 - constants of this module


class GroupRow(NamedTuple):
    """Deliveries that did not arrive for one reason."""

    kind: str
    key: str
    state: str
    code: int | None
    enhanced_code: str
    is_transient: bool
    deliveries: int
    # The words that servers used most, and how many others there were.
    words: str
    wordings: int


def groups(campaign_id: int) -> list[GroupRow]:
    """Return why mails of the campaign failed or were given up, the commonest reason first."""
    with connection.cursor() as cursor:
        cursor.execute(GROUPS, (campaign_id,))
        return [GroupRow(*row) for row in cursor.fetchall()]
