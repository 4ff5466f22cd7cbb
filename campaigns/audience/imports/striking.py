"""Strike the cells of lines that were not imported, where they name somebody who was erased."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q, TextField
from django.db.models.functions import Cast, Concat, Lower

from campaigns.audience import addresses

if TYPE_CHECKING:
    from campaigns.audience.models import ImportRemark


class ImportRemarkQuerySet(models.QuerySet["ImportRemark"]):
    """Lines that were not imported, or not whole."""

    def quoting(self, email: str) -> ImportRemarkQuerySet:
        """Those whose cells or reason hold the address itself, and not a longer one."""
        holds = Q()
        for spelled in addresses.spellings(email):
            holds |= Q(_text__contains=spelled)
        text = Lower(Concat(Cast("cells", TextField()), "reason", output_field=TextField()))
        found = self.alias(_text=text).filter(holds).only("cells", "reason")
        return self.filter(pk__in=[row.pk for row in found if _names(row, email)])

    def strike(self) -> int:
        """Empty them; that there was such a line stays. Returns how many."""
        return self.update(cells=[], reason="")


def _names(row: ImportRemark, email: str) -> bool:
    return any(addresses.names(text, email) for text in (*row.cells, row.reason))
