"""People who withdrew: what was kept about them goes, and old mails collect nothing more."""

from collections.abc import Callable, Collection, Mapping

from django.db import models, transaction
from django.db.models import Case, F, Q, Value, When

from tracking.deeds import FACETS
from tracking.models import Engagement, Event, LinkClicker, Merged, Muted
from tracking.querysets import lock_draining
from tracking.tokens import Kind

_BOTH = frozenset(Kind)
# A contact's id is never used again, so a forgotten one stays muted for ever.
_FOR_EVER = 2**31 - 1
_EPOCHS: Mapping[Kind, str] = {Kind.OPEN: "epoch", Kind.CLICK: "click_epoch"}


# What else was kept because of what people did, in rooms above.
_further: list[Callable[[Collection[int]], None]] = []


def register(forget: Callable[[Collection[int]], None]) -> None:
    """Let `forget` erase what follows from what contacts did, when that is erased."""
    _further[:] = [forget]


@transaction.atomic
def mute(epochs: Mapping[int, int], kinds: Collection[Kind] = _BOTH) -> None:
    """Let tokens of these contacts from before their new epoch collect nothing.

    Takes the new consent epoch by contact id, and of what: opens, clicks or both. Their
    events and what they did with each campaign are erased; counts of campaigns stay.
    """
    # A batch that was read before us must not be written after us.
    lock_draining()
    columns = [_EPOCHS[kind] for kind in Kind if kind in kinds]
    # Nothing is mailed any more to who became one of them, so no mail of theirs is newer.
    former = Merged.objects.filter(into_id__in=epochs).values_list("contact_id", flat=True)
    ends = {**epochs, **dict.fromkeys(former, _FOR_EVER)}
    Muted.objects.bulk_create(
        [
            Muted(contact_id=contact, **dict.fromkeys(columns, epoch))
            for contact, epoch in sorted(ends.items())
        ],
        batch_size=5_000,
        update_conflicts=True,
        unique_fields=["contact_id"],
        update_fields=columns,
    )
    erase(epochs, kinds)


def erase(contact_ids: Collection[int], kinds: Collection[Kind] = _BOTH) -> None:
    """Erase every row about these contacts, or of one kind alone. Counts stay."""
    for forget in _further:
        forget(contact_ids)
    kept = Engagement.objects.filter(contact_id__in=contact_ids)
    if Kind.CLICK in kinds:
        deliveries = list(kept.values_list("delivery_id", flat=True))
        LinkClicker.objects.filter(delivery_id__in=deliveries).delete()
    Event.objects.filter(contact_id__in=contact_ids, kind__in=list(kinds)).delete()
    if set(kinds) >= _BOTH:
        kept.delete()
        return
    for kind in kinds:
        _erase_one(kept, kind)


def _erase_one(kept: models.QuerySet[Engagement], kind: Kind) -> None:
    """Take one kind out of what each person did, and what is left of nothing with it.

    Country and device stay only where the person was seen by the other kind too; when they
    were last there is then known of that kind only by its first time.
    """
    gone, left = ("open", "click") if kind is Kind.OPEN else ("click", "open")
    seen = Q(**{f"{left}s_sure__gt": 0})
    facets = {name: Case(When(seen, then=F(name)), default=Value("")) for name in FACETS}
    counts = dict.fromkeys((f"{gone}s_sure", f"{gone}s_uncertain", f"{gone}s_machine"), 0)
    first = {f"first_{gone}_at": None, "last_at": F(f"first_{left}_at")}
    only = {"clicks_only": True} if kind is Kind.OPEN else {}
    kept.update(**counts, **first, **facets, **only)
    nothing = Q(opens_sure=0, opens_uncertain=0, opens_machine=0)
    kept.filter(nothing, clicks_sure=0, clicks_uncertain=0, clicks_machine=0).delete()


def forget(contact_ids: Collection[int]) -> None:
    """Erase all about these contacts, and collect nothing from any mail they ever got."""
    mute(dict.fromkeys(contact_ids, _FOR_EVER))
