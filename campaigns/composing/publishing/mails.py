"""Which mails stand on a public page, and what of them everybody may read."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.text import slugify

from campaigns.audience import tokens
from campaigns.audience.models import List, SignUpForm
from campaigns.composing import headers, segmenting, writing
from campaigns.composing.inspecting import body
from campaigns.composing.merge_tags import MergeTagError
from campaigns.composing.models import Campaign, PublicPage, Revision, SegmentUse, Showing
from campaigns.composing.slots import Person

# Mails that have gone out, or at least begun to.
_OUT = (Campaign.Status.SENDING, Campaign.Status.SENT, Campaign.Status.PAUSED)


def page_of(one: List) -> PublicPage:
    """Return the list's page, or one that is not saved yet."""
    found = PublicPage.objects.filter(list=one, workspace=one.workspace_id).first()
    key = f"{slugify(one.name)[:50] or 'mails'}-{secrets.token_hex(4)}"
    return found or PublicPage(list=one, workspace=one.workspace, title=one.name, key=key)


def candidates(page: PublicPage) -> QuerySet[Campaign]:
    """Return the mails that went to the list, the newest first, each with `on_page`."""
    said = Showing.objects.filter(page=page.pk, campaign=OuterRef("pk"))
    by_itself = Q(pk__in=[])
    if page.shows_new_since:
        # What went to a part of the list was not for everybody.
        narrowed = Exists(SegmentUse.objects.filter(campaign=OuterRef("pk")))
        by_itself = Q(~narrowed, launched_at__gte=page.shows_new_since, non_openers_of__isnull=True)
    return (
        Campaign.objects.filter(workspace=page.workspace_id, lists=page.list_id, status__in=_OUT)
        .exclude(launched_at=None)
        .annotate(
            on_page=Exists(said.filter(is_shown=True)),
            off_page=Exists(said.filter(is_shown=False)),
        )
        .annotate(by_itself=by_itself)
        .order_by("-launched_at", "-pk")
    )


def shown(page: PublicPage) -> QuerySet[Campaign]:
    """Return the mails on the page, the newest first."""
    return candidates(page).filter(Q(on_page=True) | Q(by_itself=True, off_page=False))


def found(page: PublicPage, words: str) -> QuerySet[Campaign]:
    """Return the mails on the page that say all of `words`."""
    mails = shown(page)
    newest = Revision.objects.filter(campaign=OuterRef("pk")).order_by("-number")
    mails = mails.annotate(said=Subquery(newest.values("number")[:1]))
    for word in words.split()[:8]:
        revision = Revision.objects.filter(campaign=OuterRef("pk"), number=OuterRef("said"))
        has = Q(subject__icontains=word) | Q(text__icontains=word)
        mails = mails.filter(Exists(revision.filter(has)))
    return mails


def show(page: PublicPage, campaign: Campaign, *, is_shown: bool) -> None:
    """Put a mail on the page, or take it off. What went to other lists is never on it."""
    if page._state.adding:
        page.save()
    Showing.objects.update_or_create(
        page=page,
        campaign=campaign,
        defaults={"workspace": page.workspace, "is_shown": is_shown},
    )


def said(campaigns: Iterable[Campaign]) -> dict[int, Revision]:
    """Return what the mails said last, by campaign, without their bodies.

    Who edits a paused campaign has not said it to anybody yet.
    """
    newest = Revision.objects.filter(campaign__in=[one.pk for one in campaigns])
    found = newest.order_by("campaign", "-number").distinct("campaign")
    return {one.campaign_id: one for one in found.only("campaign", "subject", "preheader")}


def html_of(campaign: Campaign) -> str | None:
    """Return the mail as everybody may read it: for nobody by name, and without its footer."""
    said = Revision.objects.filter(campaign=campaign).order_by("-number")
    revision = said.select_related("workspace").first()
    if revision is None:
        return None
    try:
        return writing.public(revision).fill(_anybody(segmenting.of_nobody(revision)))
    except MergeTagError:
        return None


def line(text: str) -> str:
    """Return a subject or preheader as somebody of whom we know nothing would get it.

    On one line, as in a mail: a feed with a control character in it is no XML.
    """
    try:
        return headers.clean(writing.line(text).fill(_anybody()))
    except MergeTagError:
        return ""


def picture_of(campaign: Campaign) -> str:
    """Return the address of the mail's first picture that can be seen, for social cards."""
    pictures = body.read(html_of(campaign) or "").pictures
    return next((one.url for one in pictures if not one.is_tiny and not one.hidden), "")


def open_form_of(one: List) -> SignUpForm | None:
    """Return the form by which readers of the page can get the next mails."""
    form = SignUpForm.objects.filter(list=one).first()
    return form if form and form.takes_people else None


def _anybody(said: Mapping[str, str] | None = None) -> Person:
    return Person(
        uuid_hex="0" * 32,
        address="",
        contact=said or {},
        open_token="",
        click_token="",
        unsubscribe_token=tokens.unsubscribe_token(0),
    )
