"""Make the staged rows of an import contacts: a few statements over whole sets.

All of them run in one transaction of the caller's, so that an import is seen whole or not
at all. They are the rules of importing, and written to be read:

- The first line of an address counts; a "no" to being measured counts from any line.
- Who must not be mailed is left alone entirely, and never made anew.
- Empty cells never take anything away; what filled ones do is the import's to say.
- Who left the list stays away. An agreement never overrules a person's own refusal.

Rows may be merged in parts, in the order of their lines, while later ones are still staged: an
address that an earlier part had is no news in a later one.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, replace
from typing import Any

from django.db import IntegrityError, connection, transaction

from campaigns.audience import holding, list_bits_querysets, notices, referring, statements, wording
from campaigns.audience.imports import (
    columns,
    gathering,
    leaving_by_file,
    mail_by_file,
    overwriting,
    staging,
    tagging_by_file,
)
from campaigns.audience.models import Import
from tracking import muting

# Two imports into one workspace merge one after the other: no deadlocks, no surprises.
_LOCK = 0x617564
# A campaign is often launched right after an import: by then the planner must know of it.
_MANY = 1_000
# But for what is dear to compare, and asked by nobody's equality.
_LEARN = """
ANALYZE audience_contact (
    id, workspace_id, email_key, fingerprint, language, time_zone, country, measuring,
    measuring_clicks, paused_until, last_seen_on, created_at
), audience_subscription
"""


class MergeError(Exception):
    """A contact was added, or is held, elsewhere at this moment; merging again will find it."""


@dataclass(frozen=True)
class Outcome:
    """What merging did, in people; the fields are those of `Import`."""

    contacts_created: int
    contacts_updated: int
    contacts_unchanged: int
    subscriptions_created: int
    kept_unsubscribed: int
    kept_suppressed: int
    left_elsewhere: int
    newly_suppressed: int
    tagged: int
    consents_recorded: int
    duplicates: int


def goes_in_parts(one: Import) -> bool:
    """Whether a line says nothing that changes what an earlier one of its address made."""
    overruling = (columns.MEASURING, columns.STANDING, columns.OPTED_OUT)
    return not one.everybody and not _says(one, *overruling)


def merge(one: Import, parts: Iterable[int] = ()) -> Outcome:
    """Turn what `one` has staged into contacts, subscriptions and consent.

    `parts` are lines up to which all rows are staged when they are asked for; after them, the
    rest is.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("merging is all or nothing")
    values = {
        "workspace": one.workspace_id,
        "import": one.pk,
        "everybody": one.everybody,
        "tags": json.dumps(one.tags),
        "list": one.list_id,
        "basis": one.basis,
        "basis_note": one.basis_note,
        "stated": one.measuring == Import.Measuring.STATEMENT,
        "evidence": json.dumps(_evidence(one)),
        "mail_evidence": json.dumps(mail_by_file.evidence(one)),
        "said_on": one.measuring_said_on,
        "actor": one.created_by_id,
        "notice": _notice(one),
        "ids": statements.number(
            "SELECT pg_get_serial_sequence('audience_contact', 'id')::regclass::oid", {}
        ),
    }
    statements.run("SET LOCAL work_mem = '64MB'", values)
    statements.run(
        "SELECT pg_advisory_xact_lock(%(lock)s, %(workspace)s::int)", {"lock": _LOCK} | values
    )
    gathering.begin(values)
    outcomes: list[Outcome] = []
    for after, until in itertools.pairwise(itertools.chain([0], parts, [None])):
        outcomes.append(_merge_part(one, values | {"after": after, "until": until}))
    gathering.end(values)
    total = Outcome(*map(sum, zip(*map(astuple, outcomes), strict=True)))
    if total.contacts_created + total.subscriptions_created > _MANY:
        statements.run(_LEARN, values)
    # Whoever is none of the people is a duplicate.
    return replace(total, duplicates=one.rows_staged - total.duplicates)


def _merge_part(one: Import, values: Mapping[str, Any]) -> Outcome:
    table = staging.table(one.pk)
    people = gathering.gather(table, values, hears_refusals=_says(one, columns.MEASURING))
    some_left = _says(one, columns.STANDING, columns.OPTED_OUT) or bool(one.everybody)
    tags = bool(one.tags) or _says(one, columns.TAGS)
    stated = values["stated"] or _says(one, columns.MEASURING)
    _hold(one, values, all_known=some_left or tags or stated)
    newly_suppressed = leaving_by_file.suppress(table, values) if some_left else 0
    suppressed = gathering.set_aside(values, some_left=some_left)
    with referring.all_at_once(one.workspace_id, one.list_id), wording.later():
        created = _create(values)
        mail_by_file.record_new(values)
        subscribed = statements.run(_SUBSCRIBE_NEW, values)
    if created:
        list_bits_querysets.note(one.list_id, *statements.row(_EXTENT, values))
    wording.see_to(values, at_once=created <= _MANY)
    updated = kept = 0
    known = people - suppressed - created
    if known:
        gathering.look_over(values)
        updated = overwriting.change(one.known, values)
        # Before the next ones leave: who had left already is told apart from them.
        kept = statements.number(_COUNT_LEFT, values)
        mail_by_file.record_known(values)
        subscribed += statements.run(_SUBSCRIBE_KNOWN, values)
    left = leaving_by_file.leave(values) if some_left else 0
    tagged = tagging_by_file.tag(values) if tags else 0
    consents = _record(values) if stated else 0
    statements.run("DROP TABLE gathered", values)
    return Outcome(
        contacts_created=created,
        contacts_updated=updated,
        contacts_unchanged=known - updated,
        subscriptions_created=subscribed,
        kept_unsubscribed=kept,
        kept_suppressed=suppressed - newly_suppressed,
        left_elsewhere=left,
        newly_suppressed=newly_suppressed,
        tagged=tagged,
        consents_recorded=consents,
        duplicates=people,
    )


def _hold(one: Import, values: Mapping[str, Any], *, all_known: bool) -> None:
    try:
        holding.gathered(one, values, all_known=all_known)
    except holding.HeldElsewhereError as error:
        raise MergeError from error


def _says(one: Import, *targets: str) -> bool:
    return not set(targets).isdisjoint(one.mapping.values())


def _evidence(one: Import) -> dict[str, Any]:
    evidence: dict[str, Any] = {"import": one.pk, "file": one.filename}
    if one.measuring == Import.Measuring.STATEMENT:
        evidence["statement"] = one.measuring_statement
    return evidence


def _notice(one: Import) -> int | None:
    stated = one.measuring == Import.Measuring.STATEMENT
    return notices.keep(one.workspace_id, one.measuring_statement).pk if stated else None


_CREATE = """
INSERT INTO audience_contact (
    id, workspace_id, email, email_key, fingerprint, first_name, last_name, language, country,
    time_zone, fields, measuring, consent_epoch, created_at, updated_at
)
SELECT
    contact_id, %(workspace)s, email, email_key, fingerprint, first_name, last_name, language,
    country, time_zone, fields, coalesce(nullif(said, ''), 'unknown'), 0, now(), now()
FROM gathered WHERE is_new
"""

_COUNT_LEFT = """
SELECT count(*) FROM gathered JOIN audience_subscription AS subscription
    ON subscription.contact_id = gathered.contact_id AND subscription.list_id = %(list)s
WHERE subscription.status = 'unsubscribed'
"""

_SUBSCRIBE = """
INSERT INTO audience_subscription (
    workspace_id, list_id, contact_id, status, basis, basis_note, subscribed_at
)
SELECT %(workspace)s, %(list)s, contact_id, 'subscribed', %(basis)s,
    coalesce(nullif(proof, ''), %(basis_note)s), now()
FROM gathered WHERE {who} AND standing = ''
"""
_EXTENT = "SELECT min(contact_id), max(contact_id) FROM gathered WHERE is_new"
# Nobody can have put on a list who is made in this transaction; they are gathered in their order.
_SUBSCRIBE_NEW = _SUBSCRIBE.format(who="is_new")
_SUBSCRIBE_KNOWN = (
    _SUBSCRIBE.format(who="NOT is_new")
    + "ORDER BY contact_id ON CONFLICT (list_id, contact_id) DO NOTHING"
)

# What an answer makes of the one before: who was not asked agrees, or refuses; who agreed
# withdraws; a "no" is never overruled by a file.
_NEXT = """CASE
    WHEN said = 'granted' AND {before} = 'unknown' THEN 'granted'
    WHEN said = 'refused' AND {before} = 'unknown' THEN 'refused'
    WHEN said = 'refused' AND {before} = 'granted' THEN 'withdrawn'
    ELSE {before} END"""
_OPENS, _CLICKS = _NEXT.format(before="opens"), _NEXT.format(before="clicks")

# One answer goes for both purposes. A contact that changed its mind a moment ago is left as
# it is: the comparison is with the row as it is locked.
_RECORD = f"""
WITH known AS MATERIALIZED (
    SELECT contact.id, gathered.said, gathered.measuring AS opens,
        coalesce(nullif(contact.measuring_clicks, ''), contact.measuring) AS clicks
    FROM gathered JOIN audience_contact AS contact ON contact.id = gathered.contact_id
    WHERE NOT gathered.is_new AND gathered.said <> ''
        AND contact.measuring = gathered.measuring
    ORDER BY contact.id FOR UPDATE OF contact
), news AS MATERIALIZED (
    SELECT id, said, opens, clicks, {_OPENS} AS opens_now, {_CLICKS} AS clicks_now FROM known
), applied AS (
    UPDATE audience_contact AS contact SET
        measuring = opens_now,
        measuring_clicks = CASE WHEN clicks_now = opens_now THEN '' ELSE clicks_now END,
        consent_epoch = consent_epoch + CASE WHEN said = 'refused' THEN 1 ELSE 0 END,
        last_seen_on = CASE WHEN said = 'refused' THEN NULL ELSE last_seen_on END,
        learned_zone = CASE WHEN said = 'refused' THEN '' ELSE learned_zone END
    FROM news
    WHERE contact.id = news.id AND (opens_now, clicks_now) <> (opens, clicks)
    RETURNING contact.id, said, opens, clicks, opens_now, clicks_now, consent_epoch
), recorded AS (
    INSERT INTO audience_consententry (
        workspace_id, contact_id, purpose, state, source, notice_id, evidence, said_at, at,
        actor_id
    )
    SELECT
        %(workspace)s, id, purpose, state, 'import', %(notice)s, %(evidence)s::jsonb,
        %(said_on)s::date, now(), %(actor)s
    FROM (
        SELECT id, 'both', opens_now FROM applied
        WHERE opens_now <> opens AND clicks_now <> clicks AND opens_now = clicks_now
        UNION ALL
        SELECT id, 'opens', opens_now FROM applied
        WHERE opens_now <> opens AND (clicks_now = clicks OR opens_now <> clicks_now)
        UNION ALL
        SELECT id, 'clicks', clicks_now FROM applied
        WHERE clicks_now <> clicks AND (opens_now = opens OR opens_now <> clicks_now)
        UNION ALL
        SELECT contact_id, 'both', said FROM gathered WHERE is_new AND said <> ''
    ) AS lines (id, purpose, state)
    RETURNING 1
)
SELECT
    (SELECT count(*) FROM recorded),
    array_agg(id) FILTER (WHERE said = 'refused'),
    array_agg(consent_epoch) FILTER (WHERE said = 'refused')
FROM applied
"""  # noqa: S608 - constants of this module


def _create(values: Mapping[str, Any]) -> int:
    try:
        return statements.run(_CREATE, values)
    except IntegrityError as error:
        raise MergeError from error


def _record(values: Mapping[str, Any]) -> int:
    """Write consent down, stop measuring those who refuse now, and return the lines added."""
    with connection.cursor() as cursor:
        cursor.execute(_RECORD, values)
        recorded, refused, epochs = cursor.fetchone()
    if refused:
        muting.mute(dict(zip(refused, epochs, strict=True)))
    return int(recorded)
