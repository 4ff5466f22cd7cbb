"""Which people an import brought or changed, and which imports a person came by.

All that an import made carries the moment when it appeared (`Import.merged_at`), so nothing
else is noted; what it changed is known as long as undoing can give it back.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from campaigns.audience.models import Contact, Import, ImportBefore


def imports(workspace_id: int) -> QuerySet[Import]:
    """Return the imports whose people appeared, the newest first: what can be asked about."""
    return Import.objects.filter(workspace=workspace_id, merged_at__isnull=False).order_by("-pk")


def brought_by(workspace_id: int, import_id: int) -> Q:
    """Return whether a contact was made by an import; nobody was by another workspace's.

    The index `audience_contact_arrival` answers it: filter by the workspace as well.
    """
    moment = imports(workspace_id).filter(pk=import_id).values("merged_at")[:1]
    return Q(created_at=Subquery(moment))


def changed_by(workspace_id: int, import_id: int) -> Q:
    """Return whether a contact was there already, and an import changed it (for 90 days)."""
    before = ImportBefore.objects.filter(of=import_id, of__workspace=workspace_id)
    return Q(Exists(before.filter(contact_id=OuterRef("pk"))))


def origin(contact: Contact) -> Import | None:
    """Return the import that brought a contact, if one did."""
    return imports(contact.workspace_id).filter(merged_at=contact.created_at).first()


def changes(contact: Contact) -> QuerySet[Import]:
    """Return the imports that changed a contact after it was made, the newest first."""
    before = ImportBefore.objects.filter(of=OuterRef("pk"), contact_id=contact.pk)
    return imports(contact.workspace_id).filter(Exists(before))
