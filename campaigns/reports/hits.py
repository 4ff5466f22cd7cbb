"""The table of hits: each open and click, what it was taken for, and why."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.accounts import paging
from campaigns.accounts.keyset import Key
from campaigns.accounts.paging import TablePage
from campaigns.composing.models import Campaign
from campaigns.reports import verdicts
from campaigns.reports.querysets import hits as questions
from campaigns.reports.querysets.hits import HitRow, Question

PER_PAGE = 50
KINDS: dict[str, str | Promise] = {"open": _("Image load"), "click": _("Click")}
VERDICTS: dict[str, str | Promise] = {one.name: one.title for one in verdicts.VERDICTS}


def question(campaign: Campaign, query: QueryDict) -> Question:
    """Read a query string; what makes no sense is left out."""
    kind, verdict, link = (query.get(name, "") for name in ("kind", "verdict", "link"))
    return Question(
        campaign_id=campaign.pk,
        workspace_id=campaign.workspace_id,
        kind=kind if kind in KINDS else "",
        verdict=verdict if verdict in VERDICTS else "",
        link=int(link) if link.isascii() and link.isdecimal() and len(link) < 9 else None,
        text=query.get("q", "").replace("\0", "").strip()[:254],
        falls=query.get("sort") != "at",
    )


def page(question: Question, at: str) -> TablePage[HitRow]:
    """Return the page of the table that the key `at` leads to."""

    def fetch(key: Key | None, length: int) -> list[tuple[Any, int, HitRow]]:
        return [(row.at, row.id, row) for row in questions.window(question, key, length)]

    return paging.page(
        fetch, partial(questions.count, question), cast=question.order.cast, at=at, length=PER_PAGE
    )
