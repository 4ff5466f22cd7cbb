"""Forget people: everything this room knows of them goes, and they stay unmailed."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q

from campaigns.audience import addresses, people, suppression
from campaigns.audience.models import (
    BulkEditPerson,
    Contact,
    ImportBefore,
    ImportRemark,
    Resemblance,
    SignUp,
    Suppression,
    Unsubscription,
)
from tracking import muting


@transaction.atomic
def forget(contact_ids: Sequence[int]) -> None:
    """Erase contacts, their subscriptions and their consent; keep a fingerprint of each.

    Who left through which campaign stays a count: the row no longer says who it was. What
    they opened and clicked goes too, and mails they still have collect nothing more.
    """
    # In one order, so that two who erase the same people wait for each other once.
    going = Contact.objects.select_for_update().filter(pk__in=contact_ids).order_by("pk")
    known = list(going.values_list("workspace", "email", "fingerprint"))
    known += [
        (
            had.workspace_id,
            had.email,
            addresses.fingerprint(had.workspace_id, addresses.key(had.email)),
        )
        for had in people.former(contact_ids)
    ]
    for workspace_id, email, fingerprint in known:
        SignUp.objects.of_address(workspace_id, addresses.key(email)).delete()
        _suppress(workspace_id, fingerprint)
        ImportRemark.objects.filter(workspace=workspace_id).quoting(email).strike()
    workspaces = {workspace_id for workspace_id, _email, _fingerprint in known}
    before = ImportBefore.objects.filter(of__workspace__in=workspaces)
    before.filter(contact_id__in=contact_ids).delete()
    # Plain numbers, which no key takes along.
    chosen = BulkEditPerson.objects.filter(of__workspace__in=workspaces)
    chosen.filter(contact_id__in=contact_ids).delete()
    alike = Resemblance.objects.filter(workspace__in=workspaces)
    alike.filter(Q(first__in=contact_ids) | Q(second__in=contact_ids)).delete()
    Unsubscription.objects.filter(contact__in=contact_ids).update(contact=None, delivery_id=None)
    Contact.objects.filter(pk__in=contact_ids).delete()
    muting.forget(contact_ids)


def _suppress(workspace_id: int, fingerprint: bytes | memoryview) -> None:
    """Let nothing be mailed there for good; what else was known of the address goes."""
    fingerprints = [bytes(fingerprint)]
    mine = Suppression.objects.filter(workspace=workspace_id, fingerprint__in=fingerprints)
    mine.exclude(reason=Suppression.Reason.ERASED).delete()
    suppression.suppress(workspace_id, fingerprints, Suppression.Reason.ERASED)
