"""The story of a contact as CSV: a line for each thing that happened, the newest first."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from campaigns.audience.models import Contact
from campaigns.reports import sheets, story


def chunks(contact: Contact, show: str) -> Iterator[bytes]:
    """Yield the file, of all or of the kind of things that the page shows."""
    zone = contact.workspace.zone
    header = [
        _("When (%(zone)s)") % {"zone": contact.workspace.time_zone},
        _("What"),
        _("Campaign"),
        _("Details"),
        _("Taken for"),
        _("Why"),
    ]
    rows = (
        (
            moment.at.astimezone(zone),
            str(moment.text),
            moment.campaign.name if moment.campaign else None,
            moment.detail,
            str(moment.verdict),
            moment.why,
        )
        for moment in story.of(contact, show)
    )
    return sheets.stream(header, rows)
