"""Which people an import brought or changed, and which imports a person came by.

All that an import made carries the moment when it appeared (`Import.merged_at`), so nothing
else is noted; what it changed is known as long as undoing can give it back.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from campaigns.audience.models import Contact, Import, ImportBefore, Subscription


def imports(workspace_id: int) -> QuerySet[Import]:
    """Return the imports whose people appeared, the newest first: what can be asked about.

    Also those that were undone: some of their people may have stayed.
    """
    mine = Import.objects.filter(workspace=workspace_id, merged_at__isnull=False)
    return mine.order_by("-merged_at", "-pk")


def brought_by(some: QuerySet[Import]) -> Q:
    """Return whether a contact was made by one of these imports.

    The index `audience_contact_arrival` answers it: filter by the workspace as well.
    """
    # Asked for here: of moments that are known, the index is followed.
    return Q(created_at__in=list(some.values_list("merged_at", flat=True)))


def put_on_list_by(some: QuerySet[Import]) -> Q:
    """Return whether one of these imports put a contact on its list, new or not."""
    found = Q(pk__in=())
    for list_id, at in some.values_list("list", "merged_at"):
        if at is not None:
            rows = Subscription.objects.filter(list=list_id, subscribed_at=at)
            found |= Q(Exists(rows.filter(contact=OuterRef("pk"))))
    return found


def origin(contact: Contact) -> Import | None:
    """Return the import that brought a contact, if one did."""
    return imports(contact.workspace_id).filter(merged_at=contact.created_at).first()


def changes(contact: Contact) -> QuerySet[Import]:
    """Return the imports that changed a contact after it was made, the newest first."""
    before = ImportBefore.objects.filter(of=OuterRef("pk"), contact_id=contact.pk)
    return imports(contact.workspace_id).filter(Exists(before))
