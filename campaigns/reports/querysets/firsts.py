"""When people first opened and first clicked: what stays when single hits are past their time."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from tracking.models import Engagement


class FirstRow(NamedTuple):
    """When a contact first opened and first clicked a campaign."""

    campaign_id: int
    first_open_at: datetime | None
    first_click_at: datetime | None


def of_contact(contact_id: int, workspace_id: int, limit: int) -> list[FirstRow]:
    """Return when a contact first opened and clicked campaigns, the newest campaign first."""
    rows = Engagement.objects.filter(contact_id=contact_id, workspace_id=workspace_id)
    found = rows.order_by("-campaign_id").values_list(*FirstRow._fields)[:limit]
    return [FirstRow(*row) for row in found]
