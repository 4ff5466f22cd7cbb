"""Strike the cells of lines that were not imported, where they name somebody who was erased."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q, TextField, Value
from django.db.models.functions import Cast, Lower, StrIndex

if TYPE_CHECKING:
    from campaigns.audience.models import ImportRemark


class ImportRemarkQuerySet(models.QuerySet["ImportRemark"]):
    """Lines that were not imported, or not whole."""

    def quoting(self, email: str) -> ImportRemarkQuerySet:
        """Those whose cells or reason hold the address."""
        address = Value(email.lower())
        cells = StrIndex(Lower(Cast("cells", TextField())), address)
        return self.alias(_cells=cells, _reason=StrIndex(Lower("reason"), address)).filter(
            Q(_cells__gt=0) | Q(_reason__gt=0)
        )

    def strike(self) -> int:
        """Empty them; that there was such a line stays. Returns how many."""
        return self.update(cells=[], reason="")
