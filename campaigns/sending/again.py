"""Give another chance: retry the failed, send again to the unconfirmed, send to newcomers.

Each is a person's decision about what they saw at a moment, `as_of`: what was decided
later is not meant, so that pressing a button twice changes nothing. Whoever unsubscribed,
complained or is suppressed stays out by the check at the intent, as at the first try.

A decision is written down first, and carried out piece by piece: what takes longer than a
request may, a worker goes on with, and whoever is killed over a piece has not begun it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from campaigns.accounts import audit
from campaigns.accounts.models import User
from campaigns.composing.models import Campaign
from campaigns.sending.models import Chance, Delivery
from campaigns.sending.pacing import canary
from campaigns.sending.querysets import again, canaries, joining

Kind = Chance.Kind
# Small enough to hold the campaign's row for a moment only.
CHUNK = 10_000
# Seconds that a request gives to it.
AT_ONCE = 2.0
# As the audit log calls them.
ACTIONS = {
    Kind.RETRY: "failed_retried",
    Kind.RESEND: "unconfirmed_resent",
    Kind.JOINED: "sent_to_joined",
}


def retry(
    campaign: Campaign,
    keys: Sequence[str],
    *,
    as_of: datetime,
    edit_first: bool = False,
    by: User | None = None,
) -> int:
    """Give the mails that failed for these reasons a new attempt; return how many by now.

    The keys are those of `reasons.groups`. With `edit_first` a campaign that was sent waits,
    so that a person can mend its content and resume it.
    """
    chance = Chance(kind=Kind.RETRY, as_of=as_of, keys=list(keys), edit_first=edit_first, user=by)
    return _decide(campaign, chance)


def resend_unconfirmed(campaign: Campaign, *, as_of: datetime, by: User | None = None) -> int:
    """Send again to everybody who is not confirmed; return how many by now.

    Some of them may get the mail twice: for a person to decide who was told so.
    """
    return _decide(campaign, Chance(kind=Kind.RESEND, as_of=as_of, user=by))


def count_joined(campaign: Campaign) -> int:
    """Count who would get the campaign now, and did not at its launch."""
    return joining.count(campaign)


def send_to_joined(campaign: Campaign, *, few_first: bool = True, by: User | None = None) -> int:
    """Send the campaign to those who joined its lists since its launch; return how many by now.

    When they are a crowd, a few of them get it first, unless somebody does not want that.
    """
    people = joining.count(campaign) if few_first else 0
    mine = Delivery.objects.filter(campaign=campaign.pk)
    chance = Chance(kind=Kind.JOINED, as_of=again.now(), user=by)
    with transaction.atomic():
        if not _write_down(campaign, chance, joining.GOING):
            return 0
        if canary.begin_again(campaign, people):
            chance.few_after = mine.aggregate(last=Max("pk"))["last"] or 0
            chance.save(update_fields=["few_after"])
    return go_on(chance.pk, seconds=AT_ONCE)


def under_way(campaign: Campaign) -> Chance | None:
    """Return what was decided for the campaign and is not done yet."""
    return Chance.objects.filter(campaign=campaign.pk).first()


def all_under_way() -> list[int]:
    """Return the decisions that somebody has to go on with."""
    return list(Chance.objects.order_by("pk").values_list("pk", flat=True))


def go_on(chance_id: int, *, seconds: float) -> int:
    """Carry a decision out for so long, and return how many deliveries that moved.

    May run anywhere, any number of times: whoever finds another at it goes away.
    """
    ends_at = time.monotonic() + seconds
    done = 0
    while (moved := _do_piece(chance_id)) is not None:
        done += moved
        if time.monotonic() >= ends_at:
            break
    return done


def _decide(campaign: Campaign, chance: Chance) -> int:
    with transaction.atomic():
        if not _write_down(campaign, chance, again.ALIVE):
            return 0
    return go_on(chance.pk, seconds=AT_ONCE)


def _write_down(campaign: Campaign, chance: Chance, statuses: Sequence[str]) -> bool:
    """Begin with this decision, unless the campaign is over or another is under way."""
    found = again.locked(campaign.pk, statuses)
    if found is None or under_way(found):
        return False
    chance.campaign, chance.workspace = found, found.workspace
    chance.save(force_insert=True)
    return True


@transaction.atomic
def _do_piece(chance_id: int) -> int | None:
    """Move the next few, and say how many; None: it is done, or somebody is at it."""
    rows = Chance.objects.select_for_update(skip_locked=True, of=("self",))
    chance = rows.select_related("workspace", "user").filter(pk=chance_id).first()
    if chance is None:
        return None
    campaign = again.locked(chance.campaign_id)
    # Cancelled meanwhile: what is left of the decision goes with it.
    moved, after = _move(campaign, chance) if campaign is not None else (0, None)
    if moved:
        again.reopen(chance.campaign_id, paused=_paused(chance))
    done = chance.done + moved
    if after is not None:
        Chance.objects.filter(pk=chance_id).update(after=after, done=done)
        return moved
    Chance.objects.filter(pk=chance_id).delete()
    if chance.few_after is not None and not done:
        canary.end(chance.campaign)
    if done:
        facts = {"campaign": chance.campaign_id, "deliveries": done}
        audit.record(chance.user, chance.workspace, ACTIONS[Kind(chance.kind)], **facts)
    return moved


def _move(campaign: Campaign, chance: Chance) -> tuple[int, int | None]:
    """Do the next piece, and say how many it moved and where the one after it begins."""
    after = chance.after
    match chance.kind:
        case Kind.RETRY:
            return again.retry(campaign.pk, chance.keys, as_of=chance.as_of, after=after)
        case Kind.RESEND:
            return again.resend(campaign.pk, as_of=chance.as_of, after=after)
    came_back = joining.take_back(campaign.pk, limit=CHUNK) if after == 0 else 0
    if came_back:
        return came_back, 0
    minimum = int(settings.AGGREGATE_MINIMUM)
    added, end = joining.add(campaign, after=after, limit=CHUNK, minimum=minimum)
    if added and after == 0 and chance.few_after is not None:
        # Before anybody can claim them.
        canaries.prefer(campaign.pk, size=settings.CANARY_SIZE, after=chance.few_after)
    return added, end


def _paused(chance: Chance) -> str:
    """Why the campaign opens paused. Once: who has resumed it since meant that."""
    if not chance.edit_first or chance.done:
        return ""
    return _("Reopened so that you can edit it before the failed are tried again.")
