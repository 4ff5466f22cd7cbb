"""Questions about pictures, and the guarded moves between their states."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import models
from django.db.models import Q, Sum
from django.db.models.functions import Now

if TYPE_CHECKING:
    from campaigns.composing.pictures.models import Picture

# What the address bar may say, and what it means. The key makes the order whole.
ORDERS = {
    "-created": ("-created_at", "-pk"),
    "created": ("created_at", "pk"),
    "name": ("name", "pk"),
    "-name": ("-name", "-pk"),
    "-size": ("-size", "-pk"),
    "size": ("size", "pk"),
}
NEWEST = "-created"


class PictureQuerySet(models.QuerySet["Picture"]):
    """Pictures, in the words of the library."""

    def in_library(self) -> PictureQuerySet:
        """Pictures that a member sees and may use."""
        return self.filter(state="ready")

    def matching(self, asked: Mapping[str, str]) -> PictureQuerySet:
        """Narrow to what the address asks for: words (`q`), a `folder`, and the order (`sort`).

        Or to `one`, by its number or the key in the addresses of its files.
        """
        found = self.select_related("folder")
        # PostgreSQL takes no text with a NUL in it.
        for word in asked.get("q", "").replace("\0", " ").split()[:8]:
            found = found.filter(Q(name__icontains=word) | Q(alt__icontains=word))
        if one := asked.get("one", "").replace("\0", ""):
            is_number = one.isascii() and one.isdecimal() and len(one) < 19
            found = found.filter(pk=int(one)) if is_number else found.filter(key=one)
        folder = asked.get("folder", "")
        if folder == "none":
            found = found.filter(folder=None)
        elif folder.isascii() and folder.isdecimal() and len(folder) < 19:
            found = found.filter(folder=int(folder))
        return found.order_by(*ORDERS.get(asked.get("sort", ""), ORDERS[NEWEST]))

    def bytes_used(self) -> int:
        """Return how much room their files take."""
        used: int | None = self.aggregate(sum=Sum("size"))["sum"]
        return used or 0

    def move(self, *, source: Collection[str], target: str) -> bool:
        """Change the state of the one picture, and say whether this call did it."""
        return self.filter(state__in=source).update(state=target, state_at=Now()) == 1

    def stuck(self, state: str, age: timedelta) -> PictureQuerySet:
        """Pictures that have been in the state for longer than `age`."""
        return self.filter(state=state, state_at__lt=Now() - age)


def campaigns_with(workspace_id: int, key: str) -> list[tuple[int, str, str]]:
    """Return id, name and status of the campaigns whose text names the key, the newest first."""
    campaigns = apps.get_model("composing", "Campaign")._default_manager
    mine = campaigns.filter(workspace=workspace_id)
    said = Q(body__contains=key) | Q(text__contains=key) | Q(revisions__html__contains=key)
    # Asked by id: the sum of two joins would name a campaign for each of its revisions.
    ids = mine.filter(said).values("pk")
    rows = mine.filter(pk__in=ids).order_by("-created_at", "-pk")
    return list(rows.values_list("pk", "name", "status"))
