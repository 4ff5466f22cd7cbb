"""What each way of measuring means, in plain words, for the set-up and settings pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from campaigns.accounts.models import Workspace

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True)
class Explanation:
    """What a marketer should know before choosing a policy."""

    value: str
    title: StrPromise
    reports: StrPromise
    law: StrPromise


EXPLANATIONS = (
    Explanation(
        Workspace.Policy.STRICT,
        _("Nothing until a person agrees"),
        _(
            "Reports show opens and clicks of people who agreed, and of nobody else, "
            "not even as totals."
        ),
        _("The most careful reading of EU and UK law, which asks for consent before measuring."),
    ),
    Explanation(
        Workspace.Policy.CONSENT,
        _("Each person who agreed; only totals for the others"),
        _(
            "Reports show who opened and clicked among people who agreed, and totals that "
            "name nobody for everyone else."
        ),
        _(
            "EU and UK law usually asks for consent before a person is measured; "
            "regulators differ on totals alone."
        ),
    ),
    Explanation(
        Workspace.Policy.OPT_OUT,
        _("Everybody, unless they object"),
        _("Reports show who opened and clicked among all people but those who objected."),
        _(
            "Common where the law asks for a way out only, as in the United States; "
            "in the EU and the UK it is usually not allowed."
        ),
    ),
)
