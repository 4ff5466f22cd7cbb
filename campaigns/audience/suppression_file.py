"""The file of who is not mailed, to take along."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from campaigns.audience import suppression_querysets
from campaigns.audience.export import Cell, Table
from campaigns.audience.models import SuppressedDomain, Suppression


def table(workspace_id: int) -> Table:
    """Return all domains and addresses; the address itself only where it is a contact's."""
    header = [
        *(_("E-mail address or domain"), _("Kind"), _("Reason"), _("Source"), _("Note")),
        *(_("Since (UTC)"), _("Fingerprint")),
    ]
    return Table(header, _rows(workspace_id))


def _rows(workspace_id: int) -> Iterable[list[Cell]]:
    yield from _domains(workspace_id)
    yield from _addresses(workspace_id)


def _domains(workspace_id: int) -> Iterator[list[Cell]]:
    kind, reason = _("Domain"), str(Suppression.Reason.MANUAL.label)
    source = str(Suppression.Source.MEMBER.label)
    for row in SuppressedDomain.objects.filter(workspace=workspace_id).order_by("domain"):
        at = row.at.strftime("%Y-%m-%d %H:%M:%S")
        yield [row.domain, kind, reason, source, row.note, at, ""]


def _addresses(workspace_id: int) -> Iterator[list[Cell]]:
    kind = _("Address")
    reasons = {value: str(label) for value, label in Suppression.Reason.choices}
    sources = {value: str(label) for value, label in Suppression.Source.choices}
    rows = suppression_querysets.with_addresses(workspace_id)
    for email, reason, source, note, at, fingerprint in rows:
        since = at.strftime("%Y-%m-%d %H:%M:%S")
        yield [email, kind, reasons[reason], sources[source], note, since, fingerprint]
