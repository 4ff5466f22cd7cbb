"""Make the things tests are about. Each maker fills in what the test does not care for."""

import itertools
from typing import Any

from campaigns.accounts.models import Member, Provider, Sender, User, Workspace
from campaigns.audience import addresses
from campaigns.audience.models import Contact, List, Subscription
from campaigns.composing.models import Campaign, Picture, SavedBlock, Template

PASSWORD = "correct horse battery staple"
_numbers = itertools.count(1)


def make_workspace(**fields: Any) -> Workspace:
    values = {"name": f"Acme {next(_numbers)}", "postal_address": "1 Main Street, Springfield"}
    return Workspace.objects.create(**(values | fields))


def make_member(workspace: Workspace, *, email: str = "", role: str = "owner") -> User:
    user = User.objects.create_user(email or f"member{next(_numbers)}@example.org", PASSWORD)
    Member.objects.create(workspace=workspace, user=user, role=role)
    return user


def make_sender(workspace: Workspace, **fields: Any) -> Sender:
    provider = fields.pop("provider", None) or Provider.objects.create(
        workspace=workspace, name="Inbox", kind=Provider.Kind.INBOX
    )
    values = {"name": "Acme News", "email": f"news{next(_numbers)}@acme.example"}
    return Sender.objects.create(workspace=workspace, provider=provider, **(values | fields))


def make_list(workspace: Workspace, **fields: Any) -> List:
    return List.objects.create(workspace=workspace, **({"name": f"List {next(_numbers)}"} | fields))


def make_contact(workspace: Workspace, on: List | None = None, **fields: Any) -> Contact:
    """Make a contact, and subscribe it to the list `on` when one is given."""
    email = fields.pop("email", f"person{next(_numbers)}@example.com")
    key = addresses.key(email)
    values = {
        "email": email,
        "email_key": key,
        "fingerprint": addresses.fingerprint(workspace.pk, key),
    }
    contact = Contact.objects.create(workspace=workspace, **(values | fields))
    if on is not None:
        Subscription.objects.create(workspace=workspace, list=on, contact=contact)
    return contact


def make_campaign(workspace: Workspace, **fields: Any) -> Campaign:
    lists = fields.pop("lists", [])
    values = {
        "name": f"Campaign {next(_numbers)}",
        "subject": "Hello",
        "body": "Hello {{ contact.first_name | default: 'friend' }}\n\n[Read](https://example.com/a)",
    }
    campaign = Campaign.objects.create(workspace=workspace, **(values | fields))
    campaign.lists.set(lists)
    return campaign


def make_template(workspace: Workspace, **fields: Any) -> Template:
    body = '{"version":1,"blocks":[{"type":"text","html":"<p>Hello</p>"}]}'
    values = {"name": f"Template {next(_numbers)}", "body": body}
    return Template.objects.create(workspace=workspace, **(values | fields))


def make_saved_block(workspace: Workspace, **fields: Any) -> SavedBlock:
    values = {"name": f"Block {next(_numbers)}", "body": '{"type":"divider"}'}
    return SavedBlock.objects.create(workspace=workspace, **(values | fields))


def make_picture(workspace: Workspace, **fields: Any) -> Picture:
    """Make a picture of which only the row is there: tests of files bring one in themselves."""
    key = f"{next(_numbers):032x}"
    plain = f"{key}/sunrise-300x200.png"
    values = {
        "key": key,
        "name": "Sunrise",
        "width": 300,
        "height": 200,
        "size": 1000,
        "files": {"plain": plain, "small": plain},
        "state": Picture.State.READY,
    }
    return Picture.objects.create(workspace=workspace, **(values | fields))
