"""Questions about contacts: who may be mailed and measured, and who is looked for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db import models
from django.db.models import (
    Case,
    Exists,
    F,
    Func,
    OuterRef,
    Q,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Now, NullIf

from campaigns.audience import finding, measuring, statements, suppressed
from tracking.models import Engagement, LinkClicker

if TYPE_CHECKING:
    from campaigns.audience.models import Contact

# So many of the newest people say whether nearly all have the words that are looked for.
PROBED = 200
STATES = ("unknown", "granted", "refused", "withdrawn")


class ContactQuerySet(models.QuerySet["Contact"]):
    """Contacts, in the words of the audience."""

    def mailable(
        self, workspace_id: int, list_ids: Sequence[int], *, ids: Mapping[str, int] | None = None
    ) -> ContactQuerySet:
        """People on any of the lists, each once, without those who must not be mailed.

        `ids` keeps to a part of them, as in `{"gt": 100, "lte": 200}`. The planner does not
        see by itself that this goes for their subscriptions too, and would read them all.
        """
        on_a_list = _rows("Subscription").filter(
            contact=OuterRef("pk"),
            list__in=list_ids,
            workspace=workspace_id,
            status="subscribed",
            **{f"contact__{bound}": pk for bound, pk in (ids or {}).items()},
        )
        part = {f"pk__{bound}": pk for bound, pk in (ids or {}).items()}
        found = self.filter(Exists(on_a_list), workspace=workspace_id, **part)
        return found.unsuppressed().unpaused()

    def hold(self, *, no_key: bool = False) -> list[int]:
        """Hold them to the end of the transaction, in the order of their numbers; return those.

        `no_key`: nobody is deleted, and rows that refer to them may be written meanwhile.
        """
        held = self.select_for_update(no_key=no_key).order_by("pk")
        return list(held.values_list("pk", flat=True))

    def unpaused(self) -> ContactQuerySet:
        """People who did not ask for a pause, or whose pause is over."""
        return self.filter(Q(paused_until__isnull=True) | Q(paused_until__lte=Now()))

    def suppressed(self) -> ContactQuerySet:
        """People whose address must not be mailed."""
        return self.filter(suppressed.is_suppressed())

    def unsuppressed(self) -> ContactQuerySet:
        """People whose address may be mailed."""
        # Apart, so that each is a join of its own.
        return self.filter(*(~reason for reason in suppressed.reasons()))

    def with_suppressed(self) -> ContactQuerySet:
        """Add `is_suppressed`: whether the address must not be mailed."""
        return self.annotate(is_suppressed=suppressed.is_suppressed())

    def with_measuring_mode(self, policy: str, most: str = measuring.INDIVIDUAL) -> ContactQuerySet:
        """Add what a mail that may record `most` may record of each person.

        `mode` is about their opens, `click_mode` about their clicks.
        """

        def mode(answer: str) -> Case:
            cases = (
                When(
                    **{answer: said},
                    then=Value(measuring.least(measuring.most(policy, said), most)),
                )
                for said in STATES
            )
            return Case(*cases, default=Value(measuring.NONE), output_field=models.CharField())

        said_of_clicks = Coalesce(NullIf("measuring_clicks", Value("")), "measuring")
        return self.alias(_clicks=said_of_clicks).annotate(
            mode=mode("measuring"), click_mode=mode("_clicks")
        )

    def on_any_list(self, status: str) -> ContactQuerySet:
        """People with a subscription of this status on some list."""
        rows = _rows("Subscription").filter(contact=OuterRef("pk"), status=status)
        return self.filter(Exists(rows))

    def tagged(self, tag_id: int) -> ContactQuerySet:
        """People who have the tag."""
        return self.filter(Exists(_rows("Tagging").filter(contact=OuterRef("pk"), tag=tag_id)))

    def members(self, list_id: int, status: str = "") -> ContactQuerySet:
        """People who are or were on the list, with `status` and `since`: how and since when.

        `member` is the person's number once more, in the index that is sorted by `since`.
        """
        said = {"subscriptions__status": status} if status else {}
        # What is annotated takes the same join, so that the index by `since` can lead.
        return self.filter(**said, subscriptions__list=list_id).annotate(
            member=F("subscriptions__contact_id"),
            status=F("subscriptions__status"),
            since=Coalesce("subscriptions__unsubscribed_at", "subscriptions__subscribed_at"),
        )

    def who_opened(self, campaign_id: int) -> ContactQuerySet:
        """People who opened the campaign for sure: their own load, or their own click."""
        rows = Engagement.objects.openers().filter(
            campaign_id=campaign_id, contact_id=OuterRef("pk")
        )
        return self.filter(Exists(rows))

    def who_clicked(self, campaign_id: int, link: int | None = None) -> ContactQuerySet:
        """People who clicked in the campaign for sure; with `link`, on that one."""
        rows = Engagement.objects.clickers().filter(
            campaign_id=campaign_id, contact_id=OuterRef("pk")
        )
        if link is not None:
            followed = LinkClicker.objects.filter(
                campaign_id=campaign_id, number=link, delivery_id=OuterRef("delivery_id")
            )
            rows = rows.filter(Exists(followed))
        return self.filter(Exists(rows))

    def matching(self, text: str) -> ContactQuerySet:
        """People whose address, name or text fields have words that begin as those typed."""
        return self._having(finding.conditions(text))

    def first_found(self, text: str, most: int) -> ContactQuerySet:
        """Those of `matching`, but no more than `most`: whichever come first.

        A letter matches a million people, whom nobody wants to see sorted. They are asked for
        here and now, and once: a page counts those who are found before it shows them.
        """
        if not (words := finding.conditions(text)):
            return self.none()
        newest = self._newest(words, PROBED)
        found = [pk for pk, has in newest.items() if all(has)]
        # Where there are no more people than that, this is the answer.
        if len(newest) == PROBED:
            # What nearly all people have, the index of words would first collect of all.
            among = most + most // 4
            if len(found) >= PROBED * 0.9:
                found = [pk for pk, has in self._newest(words, among).items() if all(has)][:most]
            if len(found) < most:
                having = self._having(words, _common(words, newest.values()))
                found = statements.some(having.order_by().values("pk"), most)
        return self.filter(pk__in=found[:most])

    def _having(self, words: Sequence[str], common: Collection[str] = ()) -> ContactQuerySet:
        """People of whom all conditions hold; `common` ones are asked of those who have the rest.

        The index collects all whose words begin as one that was typed, before it looks at the
        next. Of what most people have, that is most of them.
        """
        if not words:
            return self.none()
        rare = [word for word in words if word not in common] or words
        noted = Q(wording__words=_search(rare))
        if len(rare) < len(words):
            noted &= Q(_said(Q(wording__words=_search(words))))
        waiting = list(_rows("Unworded").values_list("first_id", "last_id"))
        if not waiting:
            return self.filter(noted)
        # People of a large import, whose words are not noted yet: read them as they are.
        among = Q(*(Q(pk__range=bounds) for bounds in waiting), _connector=Q.OR)
        those = self.model._default_manager.filter(noted).values("pk")
        return self.alias(_words=_words()).filter(
            Q(pk__in=those) | (among & Q(wording=None) & Q(_words=_search(words)))
        )

    def _newest(self, words: Sequence[str], number: int) -> dict[int, list[bool]]:
        """Return of the newest so many people which conditions hold of each."""
        ids = list(self.order_by("-created_at", "-pk").values_list("pk", flat=True)[:number])
        some = self.model._default_manager.filter(pk__in=ids)
        # Said of each, and not a filter, for which the index would be asked after all.
        has = {f"_has{n}": _said(Q(_words=_search([word]))) for n, word in enumerate(words)}
        noted = Coalesce("wording__words", _words(), output_field=SearchVectorField())
        told = some.alias(_words=noted).annotate(**has).values_list("pk", *has)
        known = {pk: list(held) for pk, *held in told}
        # Of who was deleted meanwhile, none.
        return {pk: known.get(pk, [False] * len(words)) for pk in ids}


def _common(words: Sequence[str], people: Iterable[Sequence[bool]]) -> set[str]:
    """Return which conditions hold for at least half of `people`."""
    held = [list(has) for has in zip(*people, strict=True)]
    return {word for word, has in zip(words, held, strict=True) if 2 * sum(has) >= len(has)}


def _said(condition: Q) -> Case:
    """Return whether the condition holds, as a value that no index answers."""
    return Case(When(condition, then=True), default=False)


def _words() -> Func:
    names = ("email", "first_name", "last_name", "fields")
    return Func(*names, function="audience_words", output_field=SearchVectorField())


def _search(words: Sequence[str]) -> SearchQuery:
    return SearchQuery(finding.question(words), config="simple", search_type="raw")


def _rows(model: str) -> models.QuerySet[Any]:
    # The models import this module for their managers.
    manager: models.Manager[Any] = apps.get_model("audience", model)._default_manager
    return manager.all()
