"""Questions about contacts: who may be mailed and measured, and who is looked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db import models
from django.db.models import (
    BooleanField,
    Case,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    OuterRef,
    Q,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Now, NullIf

from campaigns.audience import finding, measuring, suppressed
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
        asked = finding.question(text)
        if not asked:
            return self.none()
        waiting = list(_rows("Unworded").values_list("first_id", "last_id"))
        if not waiting:
            return self.filter(wording__words=_search(asked))
        # People of a large import, whose words are not noted yet: read them as they are.
        among = Q(*(Q(pk__range=bounds) for bounds in waiting), _connector=Q.OR)
        noted = _rows("Wording").filter(words=_search(asked)).values("contact")
        return self.alias(_words=_words()).filter(
            Q(pk__in=noted) | (among & Q(wording=None) & Q(_words=_search(asked)))
        )

    def first_found(self, text: str, most: int) -> ContactQuerySet:
        """Those of `matching`, but no more than `most`: whichever come first.

        A letter matches a million people, whom nobody wants to see sorted. They are asked for
        here and now, and once: a page counts those who are found before it shows them.
        """
        found = self._of_the_newest(text, most)
        if not found:
            found = list(self.matching(text).order_by().values_list("pk", flat=True)[:most])
        return self.filter(pk__in=found)

    def _of_the_newest(self, text: str, most: int) -> list[int]:
        """Of the newest people, `most` of `matching`; nobody where it is not most of them."""
        # What nearly all people have, the index of words would first collect of all.
        asked = finding.question(text)
        found: list[int] = []
        newest = self.order_by("-created_at", "-pk").values_list("pk", flat=True)
        for number, enough in ((PROBED, PROBED * 0.9), (most + most // 4, most)):
            ids = list(newest[:number]) if asked else []
            some = self.model._default_manager.filter(pk__in=ids).alias(_words=_words())
            # Said of each, and not a filter, for which the index would be asked after all.
            has: Any = ExpressionWrapper(Q(("_words", _search(asked))), BooleanField())
            those = dict(some.annotate(_has=has).values_list("pk", "_has"))
            found = [pk for pk in ids if those.get(pk)]
            if len(found) < enough:
                return []
        return found[:most]


def _words() -> Func:
    names = ("email", "first_name", "last_name", "fields")
    return Func(*names, function="audience_words", output_field=SearchVectorField())


def _search(asked: str) -> SearchQuery:
    return SearchQuery(asked, config="simple", search_type="raw")


def _rows(model: str) -> models.QuerySet[Any]:
    # The models import this module for their managers.
    manager: models.Manager[Any] = apps.get_model("audience", model)._default_manager
    return manager.all()
