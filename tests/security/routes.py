"""Arguments for the routes of the product: things of a workspace, for all that they name.

A new kind of object needs a line in `OBJECTS` (or its parameter in `VALUES`); until then its
routes fail the walks. A new route below a known prefix is walked without further ado.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from campaigns.accounts.api_keys import making
from campaigns.accounts.models import Member, Provider, Workspace
from campaigns.archives import files
from campaigns.archives.models import Archive
from campaigns.audience import tokens
from campaigns.audience.bulk import people
from campaigns.audience.models import Import, List, Segment, SignUpForm
from campaigns.composing import editing, freezing
from campaigns.composing.approving import asking
from campaigns.composing.models import Campaign
from campaigns.reports import sharing
from campaigns.reports.models import SavedReport
from campaigns.sending.bounces.models import BounceMailbox
from campaigns.sending.inbox import arriving, store
from campaigns.sending.models import Topic
from tests import world


def _make_test_group(workspace: Workspace) -> int:
    return workspace.test_groups.create(name=str(uuid.uuid4()), addresses=["bea@example.org"]).pk


def _make_segment(workspace: Workspace) -> int:
    question = {"match": "all", "of": [{"what": "list", "how": "on_any"}]}
    return Segment.objects.create(workspace=workspace, name="Listed", question=question).pk


def _make_import(workspace: Workspace) -> int:
    into = List.objects.filter(workspace=workspace).first() or world.make_list(workspace)
    file = ContentFile(b"email,name\npat@example.com,Pat\n", "people.csv")
    made = Import.objects.create(
        workspace=workspace, list=into, filename="people.csv", file=file, size=file.size
    )
    return made.pk


def _make_field(workspace: Workspace) -> int:
    return workspace.contact_fields.create(key="company", label="Company").pk


def _make_note(workspace: Workspace) -> int:
    contact = world.make_contact(workspace)
    return contact.notes.create(workspace=workspace, text="Met in Ghent").pk


def _make_bulk_edit(workspace: Workspace) -> int:
    world.make_contact(workspace)
    edit = people.choose(workspace, None, workspace.contacts.all())
    edit.action = "suppress"
    edit.save()
    return edit.pk


def _make_mail(workspace: Workspace) -> int:
    store.insert([arriving.read(workspace.pk, "a@b.example", ["c@d.example"], b"Subject: x\n\nx")])
    return workspace.inbox.latest("pk").pk


def _make_membership(workspace: Workspace) -> int:
    user = world.make_member(workspace, role=Member.Role.READER)
    return Member.objects.get(workspace=workspace, user=user).pk


def _make_sender(workspace: Workspace) -> int:
    sender = world.make_sender(workspace)
    BounceMailbox.objects.create(
        workspace=workspace, sender=sender, address="b@acme.example", next_at=timezone.now()
    )
    return sender.pk


def _make_provider(workspace: Workspace) -> int:
    provider = Provider(workspace=workspace, name="Ours", kind=Provider.Kind.MAILGUN)
    provider.credentials = {"api_key": "key", "sender_domain": "mg.acme.example"}
    provider.save()
    return provider.pk


def _make_topic(workspace: Workspace) -> int:
    provider = _make_provider(workspace)
    return Topic.objects.create(provider_id=provider, arn="arn:aws:sns:eu-west-1:1:x").pk


def _make_campaign(workspace: Workspace) -> int:
    sender = workspace.senders.first() or world.make_sender(workspace)
    into = List.objects.filter(workspace=workspace).first() or world.make_list(workspace)
    world.make_contact(workspace, on=into)
    campaign = world.make_campaign(workspace, sender=sender, lists=[into])
    return campaign.pk


def _make_frozen_campaign(workspace: Workspace) -> int:
    campaign = Campaign.objects.get(pk=_make_campaign(workspace))
    freezing.freeze(campaign)
    return campaign.pk


def _make_saved_campaign(workspace: Workspace) -> int:
    campaign = Campaign.objects.get(pk=_make_campaign(workspace))
    editing.save(campaign, {"body": "Hello"}, editing.Page(1))
    return campaign.pk


def _make_asked_campaign(workspace: Workspace) -> int:
    campaign = Campaign.objects.get(pk=_make_campaign(workspace))
    member = world.make_member(workspace)
    asking.ask(campaign, of=member, by=member)
    return campaign.pk


def _make_saved_report(workspace: Workspace) -> int:
    return SavedReport.objects.create(workspace=workspace, name="Weekly", kind="review").pk


def _make_share_link(workspace: Workspace) -> int:
    campaign = Campaign.objects.get(pk=_make_campaign(workspace))
    return sharing.share(campaign, days=7, by=None)[0].pk


def _make_archive(workspace: Workspace) -> int:
    made = Archive.objects.create(workspace=workspace, status=Archive.Status.DONE)
    with files.writing(made.file) as file:
        file.write(b"a ZIP")
    return made.pk


def _make_sign_up_form(workspace: Workspace) -> str:
    into = world.make_list(workspace)
    made = SignUpForm.objects.create(
        workspace=workspace,
        list=into,
        sender=world.make_sender(workspace),
        key=f"form{into.pk}",
        is_open=True,
    )
    return made.key


def _make_token(workspace: Workspace) -> str:
    contact = world.make_contact(workspace)
    return tokens.unsubscribe_token(contact.pk, 1, 1)


def _make_key(workspace: Workspace) -> int:
    member = Member.objects.get(pk=_make_membership(workspace))
    return making.make(member, "Web shop", ["lists:read"])[0].pk


# Where `pk` comes from, by the beginning of the address: the first that fits.
OBJECTS: tuple[tuple[str, Callable[[Workspace], int]], ...] = (
    ("settings/senders/", _make_sender),
    ("settings/providers/", _make_provider),
    ("settings/topics/", _make_topic),
    ("settings/keys/", _make_key),
    ("settings/archives/", _make_archive),
    ("settings/restorations/", lambda workspace: workspace.restorations.create().pk),
    ("events/", _make_provider),
    ("settings/members/", _make_membership),
    ("workspaces/", lambda workspace: workspace.pk),
    ("lists/", lambda workspace: world.make_list(workspace).pk),
    ("imports/", _make_import),
    ("segments/", _make_segment),
    ("contacts/fields/", _make_field),
    ("contacts/notes/", _make_note),
    ("contacts/bulk/", _make_bulk_edit),
    ("contacts/hygiene/", lambda workspace: workspace.sunset_rules.create().pk),
    ("contacts/tags/", lambda workspace: workspace.tags.create(name="Press").pk),
    ("contacts/", lambda workspace: world.make_contact(workspace).pk),
    ("campaigns/<int:pk>/report/clicks/", _make_frozen_campaign),
    ("campaigns/<int:pk>/versions/<int:number>/", _make_saved_campaign),
    ("campaigns/<int:pk>/talk/", _make_asked_campaign),
    ("campaigns/", _make_campaign),
    ("pictures/folders/", lambda workspace: workspace.picture_folders.create(name="Shop").pk),
    ("pictures/", lambda workspace: world.make_picture(workspace).pk),
    ("templates/", lambda workspace: world.make_template(workspace).pk),
    ("blocks/", lambda workspace: world.make_saved_block(workspace).pk),
    ("inbox/", _make_mail),
    ("reports/", _make_saved_report),
    ("shares/", _make_share_link),
    ("news/", _make_campaign),
)

# What other parameters stand for.
VALUES: dict[str, Callable[[Workspace], Any]] = {
    "other_pk": lambda workspace: world.make_contact(workspace).pk,
    "campaign_pk": _make_campaign,
    "group_pk": _make_test_group,
    "list_pk": lambda workspace: world.make_list(workspace).pk,
    # A wrong one: the right ones are for the tests of provider events.
    "secret": lambda workspace: "none",
    "kind": lambda workspace: "smtp",
    # The first version: what the campaign said before it was saved.
    "number": lambda workspace: 1,
    "path": lambda workspace: world.make_picture(workspace).files["plain"],
    "token": _make_token,
    # A wrong one: the right ones are mailed, and for the tests of privacy.
    "sealed": lambda workspace: "none",
    "form_key": _make_sign_up_form,
    "starter": lambda workspace: "newsletter",
    "picture": lambda workspace: "cup",
    "uidb36": lambda workspace: "1",
    "key": lambda workspace: "none",
    "rest": lambda workspace: "nothing",
    "tag": lambda workspace: "Press",
}

# What a post has to name beside the address.
DATA: dict[str, dict[str, Callable[[Workspace], Any]]] = {
    "audience:subscribe": {"list": lambda workspace: world.make_list(workspace).pk},
}


def of_prefix(pattern: str) -> Callable[[Workspace], int]:
    for prefix, maker in OBJECTS:
        if pattern.startswith(prefix):
            return maker
    raise AssertionError(f"{pattern} names an object that tests/security/routes.py cannot make")
