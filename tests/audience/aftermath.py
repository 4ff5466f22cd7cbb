"""What an import leaves behind, to hold a killed and resumed one against an undisturbed one."""

from __future__ import annotations

from typing import Any

from campaigns.audience.models import List, Subscription, Tag, Wording
from tests import world


def file(rows: int) -> bytes:
    """Return a file in which some repeat, some are broken, and some must be left alone."""
    lines = ["email,first name,company,tracking,tags"]
    lines += [
        f"person{n % (rows - rows // 25)}@example.com,Name {n},Acme {n},"
        f"{'yes' if n % 3 else ''},{'vip' if n % 7 == 0 else ''}"
        for n in range(rows)
    ]
    lines += ["broken,Nobody,,,", "left@example.com,Left,,no,", "stopped@example.com,S,,yes,"]
    lines += ["known@example.com,New name,Acme,,"]
    return "\n".join(lines).encode()


def plain_file(rows: int) -> bytes:
    """Return one like it that says nothing of tracking: it is merged while it is staged."""
    lines = file(rows).decode().split("\n")
    return "\n".join(line.replace("tracking", "city", 1) for line in lines).encode()


def make_world() -> List:
    """Make a list that one person has left, and somebody whom the file knows better."""
    workspace = world.make_workspace()
    readers = world.make_list(workspace)
    left = world.make_contact(workspace, on=readers, email="left@example.com")
    Subscription.objects.filter(contact=left).end()
    world.make_contact(workspace, on=readers, email="known@example.com", first_name="Old name")
    return readers


def everything(readers: List) -> dict[str, list[Any]]:
    """Return what there is of a workspace and its import, but for ids and times."""
    contacts = readers.workspace.contacts.order_by("email_key")
    imports = readers.imports.order_by("pk")
    return {
        "contacts": list(contacts.values_list("email", "first_name", "fields", "measuring")),
        "epochs": list(contacts.values_list("consent_epoch", flat=True)),
        "ledger": list(
            contacts.values_list("email", "consent_entries__state", "consent_entries__source")
        ),
        "subscriptions": list(
            contacts.values_list("subscriptions__status", "subscriptions__basis")
        ),
        "tags": list(contacts.values_list("email", "taggings__tag__name")),
        "all tags": list(Tag.objects.filter(workspace=readers.workspace_id).values_list("name")),
        "words": list(
            Wording.objects.filter(contact__workspace=readers.workspace_id)
            .order_by("contact__email_key")
            .values_list("words", flat=True)
        ),
        "remarks": list(
            imports.order_by("remarks__line").values_list(
                "remarks__line", "remarks__reason", "remarks__cells"
            )
        ),
        "counts": list(
            imports.values_list(
                *("status", "rows_read", "contacts_created", "contacts_updated"),
                *("contacts_unchanged", "subscriptions_created", "kept_unsubscribed", "tagged"),
                *("consents_recorded", "duplicates", "rejected", "partly", "undone"),
            )
        ),
    }
