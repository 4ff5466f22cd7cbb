"""Begin bulk edits, undo them, and look at what is there."""

from campaigns.audience.bulk import people, running
from campaigns.audience.models import BulkEdit, Subscription, Suppression, Tagging


def begun(workspace, member, action, ids=None, **values) -> BulkEdit:
    chosen = workspace.contacts.all() if ids is None else workspace.contacts.filter(pk__in=ids)
    edit = people.choose(workspace, member, chosen)
    edit.action, edit.values = action, values
    edit.save()
    assert running.start(edit) and not running.start(edit)
    running.run(edit.pk)
    running.run(edit.pk)
    edit.refresh_from_db()
    assert edit.status == BulkEdit.Status.DONE and edit.seen == edit.people
    return edit


def undone(edit: BulkEdit) -> int:
    assert running.start_undo(edit) and not running.start_undo(edit)
    running.run(edit.pk)
    edit.refresh_from_db()
    assert edit.status == BulkEdit.Status.UNDONE
    return int(edit.undone.get("restored", 0))


def state(workspace):
    contacts = workspace.contacts.order_by("pk")
    return {
        "contacts": list(contacts.values_list("pk", "country", "first_name", "fields")),
        "tags": sorted(Tagging.objects.values_list("contact", "tag__name")),
        "lists": sorted(Subscription.objects.values_list("contact", "list", "status")),
        "stopped": sorted(
            (bytes(one.fingerprint), one.reason) for one in Suppression.objects.all()
        ),
    }
