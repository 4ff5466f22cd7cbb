"""Forget people: their address leaves the ledger, and the mails that wait for them are cancelled.

The rows stay, without a person, so that every count of a campaign stays what it was.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from campaigns.audience import addresses, people
from campaigns.audience.models import Contact
from campaigns.sending.models import TestGroup
from campaigns.sending.querysets import forgetting


@transaction.atomic
def forget(contact_ids: Sequence[int]) -> None:
    """Erase who their deliveries went to. Goes before audience forgets the contacts."""
    now = Contact.objects.filter(pk__in=contact_ids).values_list("workspace", "email")
    once = [(one.workspace_id, one.email) for one in people.former(contact_ids)]
    forgetting.forget(contact_ids, once)
    _take_out_of_test_groups([*now, *once])


def _take_out_of_test_groups(theirs: Sequence[tuple[int, str]]) -> None:
    """Colleagues may be contacts too, however their address is written. A group of nobody goes."""
    going = {(workspace, addresses.key(email)) for workspace, email in theirs}
    workspaces = {workspace for workspace, _key in going}
    for group in TestGroup.objects.filter(workspace__in=workspaces).select_for_update():
        left = [
            to for to in group.addresses if (group.workspace_id, addresses.key(to)) not in going
        ]
        if not left:
            group.delete()
        elif left != group.addresses:
            TestGroup.objects.filter(pk=group.pk).update(addresses=left)
