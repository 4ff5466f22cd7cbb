"""Conditions about what people agreed to, and whether they may be mailed and were seen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf
from django.db.models.lookups import In
from django.utils.translation import gettext_lazy as _

from campaigns.audience.models import Consent, ConsentEntry, Purpose, Subscription
from campaigns.audience.segments.conditions import anniversaries, texts
from campaigns.audience.segments.parameters import Kind, Parameter
from campaigns.audience.segments.registry import Answer, Asking, How, Values, What, fact
from campaigns.audience.suppressed import is_suppressed
from tracking.models import Engagement

SUBJECT = _("Agreement")
# Where somebody speaks for themselves.
THEIR_OWN = (
    ConsentEntry.Source.FORM,
    ConsentEntry.Source.PAGE,
    ConsentEntry.Source.PREFERENCES,
)
PURPOSE = Parameter(
    "purpose",
    Kind.CHOICE,
    _("To what"),
    choices=(
        ("opens", _("to their opens being recorded")),
        ("clicks", _("to their clicks being recorded")),
    ),
)
# What each answer in the builder stands for in the ledger's newest row.
SAID = {
    "agreed": (Consent.GRANTED,),
    "refused": (Consent.REFUSED, Consent.WITHDRAWN),
    "not_asked": (Consent.UNKNOWN,),
}


def _said(answer: str) -> Any:
    states = [str(one) for one in SAID[answer]]

    def found(_who: Asking, values: Values) -> Answer:
        if values["purpose"] == "opens":
            return fact(Q(measuring__in=states))
        # What they said about clicks, where it differs from what they said about opens.
        clicks = Coalesce(NullIf(F("measuring_clicks"), Value("")), F("measuring"))
        return fact(Q(In(clicks, states)))

    return found


def _never_seen(_who: Asking, _values: Values) -> Answer:
    # Known of those only who agreed: nobody else has such a day.
    agreed = Q(measuring=Consent.GRANTED) | Q(measuring_clicks=Consent.GRANTED)
    never = agreed & Q(last_seen_on__isnull=True)
    return Answer(never, Q(last_seen_on__isnull=False))


def _quiet(who: Asking, values: Values) -> Answer:
    """Of those alone who could have been seen all that time: everybody else is on neither side.

    Who said since that they want a list's mail has spoken, and was heard. Of whose mails something
    was loaded or followed perhaps by themselves, perhaps by their mail program, nobody can tell.
    """
    since = who.days_ago(values["days"])
    began = who.start_of(since)
    agreed = Q(measuring=Consent.GRANTED) | Q(measuring_clicks=Consent.GRANTED)
    purposes = (Purpose.OPENS, Purpose.CLICKS, Purpose.BOTH)
    said = ConsentEntry.objects.filter(
        contact=OuterRef("pk"), purpose__in=purposes, state=Consent.GRANTED, at__lt=began
    )
    joined = Subscription.objects.filter(contact=OuterRef("pk"), subscribed_at__gte=began)
    wanted = ConsentEntry.objects.filter(
        contact=OuterRef("pk"),
        purpose=Purpose.MAIL,
        state=Consent.GRANTED,
        source__in=THEIR_OWN,
        at__gte=began,
    )
    perhaps = Engagement.objects.uncertain().filter(contact_id=OuterRef("pk"), latest_at__gte=began)
    unseen = Q(last_seen_on__isnull=True) | Q(last_seen_on__lt=since)
    heard = Q(created_at__gte=began) | Q(Exists(joined)) | Q(Exists(wanted))
    yes = agreed & unseen & ~heard & Q(Exists(said)) & ~Q(Exists(perhaps))
    return Answer(yes, Q(last_seen_on__gte=since) | heard)


def _confirmations() -> QuerySet[ConsentEntry]:
    """Their lines of having confirmed a sign-up by mail."""
    return ConsentEntry.objects.filter(
        contact=OuterRef("pk"),
        purpose=Purpose.MAIL,
        state=Consent.GRANTED,
        source=ConsentEntry.Source.FORM,
    )


def _confirmed(who: Asking, values: Values, first: date | None, end: date | None) -> Q:
    when = texts.moments("at")(who, values, first, end)
    return Q(Exists(_confirmations().filter(when)))


def _confirmed_around(who: Asking, values: Values, days: Sequence[str]) -> Q:
    when = anniversaries.of_moment(who, "at", days)
    return Q(Exists(_confirmations().filter(when)))


def _seen(how: How) -> How:
    def answer(who: Asking, values: Values) -> Answer:
        yes = how.answer(who, values).yes
        return Answer(yes, Q(last_seen_on__isnull=False) & ~yes)

    return How(how.label, answer, how.sentence, how.parameters)


WHATS = (
    What(
        "measuring",
        SUBJECT,
        _("Being measured"),
        {
            "agreed": How(
                _("has agreed"), _said("agreed"), _("who agreed %(purpose)s"), (PURPOSE,)
            ),
            "refused": How(
                _("has said no, or taken it back"),
                _said("refused"),
                _("who did not agree %(purpose)s, or took it back"),
                (PURPOSE,),
            ),
            "not_asked": How(
                _("has not answered"),
                _said("not_asked"),
                _("who have not yet agreed %(purpose)s, or refused"),
                (PURPOSE,),
            ),
        },
    ),
    What(
        "mailed",
        SUBJECT,
        _("May be mailed"),
        {
            "yes": How(_("yes"), lambda _w, _v: fact(~Q(is_suppressed())), _("who may be mailed")),
            "no": How(
                _("no"), lambda _w, _v: fact(Q(is_suppressed())), _("who must not be mailed")
            ),
        },
    ),
    What(
        "confirmed",
        SUBJECT,
        _("Confirmed a sign-up by mail"),
        texts.days(_confirmed, _("who confirmed a sign-up"))
        | anniversaries.anniversary(_confirmed_around, _("whose confirmation of a sign-up"))
        | {
            "ever": How(
                _("ever"),
                lambda _who, _values: fact(Q(Exists(_confirmations()))),
                _("who confirmed a sign-up by mail"),
            ),
            "never": How(
                _("never"),
                lambda _who, _values: fact(~Q(Exists(_confirmations()))),
                _("who never confirmed a sign-up by mail"),
            ),
        },
    ),
    What(
        "quiet",
        SUBJECT,
        _("Not seen for long"),
        {
            "for": How(
                _("agreed, and neither opened, clicked nor joined in the last … days"),
                _quiet,
                _("who agreed to be measured and were not seen in the last %(days)s days"),
                texts.DAYS,
            )
        },
        about_deeds=True,
    ),
    What(
        "seen",
        SUBJECT,
        _("Last seen"),
        {
            name: _seen(how)
            for name, how in texts.days(
                texts.calendar_days("last_seen_on"), _("who were last seen")
            ).items()
        }
        | {
            "never": How(
                _("never"), _never_seen, _("who agreed to be measured and were never seen")
            )
        },
        about_deeds=True,
    ),
)
