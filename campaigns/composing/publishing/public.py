"""What everybody may read. Nothing is recorded, and nothing of a mail runs."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from campaigns.audience import languages
from campaigns.composing import frames
from campaigns.composing.models import Campaign, PublicPage, Revision
from campaigns.composing.publishing import mails

PER_PAGE = 20
_IN_A_FEED = 20

P = ParamSpec("P")
_PageView = Callable[Concatenate[HttpRequest, PublicPage, P], HttpResponse]


def _open(view: _PageView[P]) -> Callable[..., HttpResponse]:
    """Open a view to everybody while its page is open, in the language of the workspace."""

    @wraps(view)
    def opened(request: HttpRequest, key: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        pages = PublicPage.objects.select_related("workspace", "list")
        found = get_object_or_404(pages, key=key, is_open=True)
        with languages.speaking(languages.of_request(request, first=found.workspace.language)):
            response = view(request, found, *args, **kwargs)
            response["Content-Language"] = get_language() or ""
        if not found.is_listed:
            response["X-Robots-Tag"] = "noindex"
        return response

    safe = require_safe(cache_control(public=True, max_age=300)(opened))
    marked: Callable[..., HttpResponse] = login_not_required(safe)
    return marked


@_open
def page(request: HttpRequest, public: PublicPage) -> HttpResponse:
    """List the mails, the newest first, by words and page."""
    words = request.GET.get("q", "").replace("\0", "").strip()[:100]
    found = mails.found(public, words) if words else mails.shown(public)
    number = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "public": public,
        "words": words,
        "page": number,
        "mails": _told(number),
        "form": mails.open_form_of(public.list),
        "here": _url("public_page", public.key),
    }
    return render(request, "composing/publishing/page.html", context)


@_open
def mail(request: HttpRequest, public: PublicPage, pk: int) -> HttpResponse:
    """Show one mail, in a frame of its own."""
    one = _mail(public, pk)
    context = {
        "public": public,
        "mail": _told([one])[0],
        "here": _url("public_mail", public.key, pk),
        "picture": mails.picture_of(one),
        "form": mails.open_form_of(public.list),
    }
    return render(request, "composing/publishing/mail.html", context)


@_open
def frame(request: HttpRequest, public: PublicPage, pk: int) -> HttpResponse:
    """Serve the mail itself: no script and no form works in it, its links open new windows."""
    whole = mails.html_of(_mail(public, pk))
    if whole is None:
        raise Http404
    return frames.answer(whole, links=True)


@_open
def rss(request: HttpRequest, public: PublicPage) -> HttpResponse:
    """The newest mails as RSS 2.0."""
    return _feed(Rss201rev2Feed, public, "public_rss")


@_open
def atom(request: HttpRequest, public: PublicPage) -> HttpResponse:
    """The newest mails as Atom (RFC 4287)."""
    return _feed(Atom1Feed, public, "public_atom")


def _feed(kind: type[Rss201rev2Feed | Atom1Feed], public: PublicPage, name: str) -> HttpResponse:
    feed = kind(
        title=public.title,
        link=_url("public_page", public.key),
        description=public.about or public.title,
        language=public.workspace.language,
        feed_url=_url(name, public.key),
    )
    for told in _told(mails.shown(public)[:_IN_A_FEED]):
        link = _url("public_mail", public.key, told["pk"])
        feed.add_item(
            title=told["subject"],
            link=link,
            # Both kinds of feed say that this is HTML, and it is words.
            description=html.escape(told["preheader"]),
            pubdate=told["at"],
            unique_id=link,
        )
    response = HttpResponse(content_type=feed.content_type)
    feed.write(response, "utf-8")
    return response


def _mail(public: PublicPage, pk: int) -> Campaign:
    return get_object_or_404(mails.shown(public), pk=pk)


def _told(campaigns: Iterable[Campaign]) -> list[dict[str, Any]]:
    found = list(campaigns)
    said = mails.said(found)
    return [_as_said(one, said.get(one.pk, one)) for one in found]


def _as_said(campaign: Campaign, said: Revision | Campaign) -> dict[str, Any]:
    return {
        "pk": campaign.pk,
        "subject": mails.line(said.subject) or "…",
        "preheader": mails.line(said.preheader),
        "at": campaign.launched_at,
    }


def _url(name: str, *args: object) -> str:
    return f"{settings.PUBLIC_URL}{reverse(f'composing:{name}', args=args)}"
