"""A workspace with something of each sort in it, and what its archive says."""

from __future__ import annotations

import csv
import functools
import io
import json
import zipfile
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from campaigns.accounts import audit
from campaigns.accounts.models import Member, Provider, StandIn, User, Workspace
from campaigns.archives import keeping, restoring, writing
from campaigns.archives.models import Archive
from campaigns.audience import consent, suppression
from campaigns.audience.consent import Evidence
from campaigns.audience.models import (
    Change,
    ConsentEntry,
    Contact,
    Import,
    List,
    Purpose,
    Segment,
    SignUpForm,
    SuppressedDomain,
    Unsubscription,
)
from campaigns.composing import editing, segmenting
from campaigns.composing.approving import asking
from campaigns.composing.blocks import document
from campaigns.composing.models import Brand, Campaign, Picture, SegmentUse, Spared
from campaigns.composing.pictures import addresses, reading
from campaigns.composing.pictures import keeping as picture_keeping
from campaigns.composing.pictures.recoding import Recoded
from campaigns.composing.publishing import mails
from campaigns.reports import saving, sharing
from campaigns.reports.models import DayCounting, ListDay
from campaigns.reports.rhythm import Rhythm
from campaigns.sending.models import Belonging, Delivery, ProviderEvent, SecondDelivery
from tests import world
from tests.composing.pictures import photos
from tests.reports.scene import Scene

SECRET = "sk-live-never-in-an-archive"


def furnish(workspace: Workspace, member: User, folder: Path) -> Scene:
    """Fill a workspace: people who read, left, bounced and were erased, and all around them."""
    sender = world.make_sender(workspace, name="Ähre & Söhne", reply_to="reply@acme.example")
    scene = Scene(workspace, sender, folder, granted=3, unknown=12)
    for one in scene.people[:3]:
        granted = ConsentEntry(workspace=workspace, contact=one, state="granted", source="import")
        granted.save()
    scene.opens(0)
    scene.clicks(0, 1)
    scene.clicks(1, 2)
    scene.drain()
    _providers(workspace, sender)
    readers = scene.campaign.lists.get()
    ann = world.make_contact(
        workspace,
        on=readers,
        email="O'Hara+news@xn--bcher-kva.example",
        first_name='Q"uote, \\back\nline',
        fields={"company": "=1+1", "since": "2020-02-29", "vip": True, "size": 2.5},
        paused_until=datetime(2030, 1, 1, tzinfo=UTC),
        language="de",
    )
    for key, kind in (
        ("company", "text"),
        ("since", "date"),
        ("vip", "yes_no"),
        ("size", "number"),
    ):
        workspace.contact_fields.create(key=key, label=key.title(), kind=kind)
    press = workspace.tags.create(name="Press, “local”")
    press.taggings.create(workspace=workspace, contact=ann)
    # Whom she was made one with is gone.
    former = world.make_contact(workspace, email="ohara@old.example")
    ann.mergers.create(workspace=workspace, merged_id=former.pk, email=former.email)
    former.delete()
    ann.notes.create(workspace=workspace, text='Met in Ghent\n\n,;"', author=member)
    consent.refuse(
        ann, Evidence("member", {"campaign": scene.campaign.pk}, "May we?", actor=member)
    )
    brought = _imported(workspace, readers, ann, member)
    consent.grant(
        ann, Evidence("form", {"list": readers.pk, "import": brought.pk}), [Purpose.CLICKS]
    )
    _leavers(workspace, scene)
    _reports(workspace, scene.campaign, member)
    segment = Segment.objects.create(
        workspace=workspace,
        name="Readers",
        created_by=member,
        question={
            "match": "all",
            "of": [
                {"what": "list", "how": "on", "list": readers.pk},
                {"match": "none", "of": [{"what": "tag", "how": "has", "tag": press.pk}]},
            ],
        },
    )
    SegmentUse.objects.create(campaign=scene.campaign, segment=segment, name="R", excludes=True)
    # Its newest content has a part for the segment, and one of its people was in it.
    content = scene.campaign.revisions.latest("number")
    content.segments = {segment.key: segment.question}
    content.save()
    mail = scene.campaign.deliveries.earliest("pk")
    said = {segmenting.field(segment.key): segmenting.IN}
    Belonging.objects.create(workspace=workspace, delivery=mail, revision=content.number, said=said)
    draft = world.make_campaign(workspace, name="Draft", language="fr")
    boat = picture(workspace, member)
    url = addresses.url(boat.files["plain"])
    editing.save(draft, {"body": f"Hello ![A boat]({url})"}, editing.Page(1, "tab", member))
    shown = {"type": "image", "src": url, "alt": "A boat"}
    world.make_template(workspace, created_by=member, body=blocks(shown))
    kept = document.dump(document.read_block(json.dumps(shown)))
    world.make_saved_block(workspace, created_by=member, body=kept)
    Brand.objects.create(workspace=workspace, website="https://acme.example", logo=url)
    SignUpForm.objects.create(
        workspace=workspace,
        list=readers,
        sender=sender,
        key=f"key{workspace.pk}",
        is_open=True,
        fields=["company"],
        frame_origins=["https://www.example.org"],
    )
    asking.ask(scene.campaign, of=member, by=member)
    scene.campaign.comments.create(
        workspace=workspace, author=member, text="Fine,\n“so far”", version=1
    )
    public = mails.page_of(readers)
    public.is_open = True
    public.save()
    mails.show(public, scene.campaign, is_shown=True)
    workspace.sunset_rules.create(list=readers, months=6)
    Spared.objects.create(campaign=scene.campaign, contact=ann)
    # Ann had it by another address as well, and was made one with whom that was.
    again = Delivery.objects.filter(campaign=scene.campaign, contact=scene.people[-1])
    again.update(contact=None)
    second = Delivery.objects.filter(campaign=scene.campaign, contact=None).latest("pk")
    SecondDelivery.objects.create(workspace=workspace, delivery=second, contact=ann)
    ListDay.objects.create(workspace=workspace, list=readers, day=date(2026, 5, 1), size=3)
    DayCounting.objects.create(workspace=workspace, zone="UTC", next_at=timezone.now())
    workspace.test_groups.create(name="Editors", addresses=["bea@example.com", "c@example.com"])
    ProviderEvent.objects.create(
        workspace=workspace,
        delivery=Delivery.objects.filter(campaign=scene.campaign)[0],
        provider="mailgun",
        event_key=f"secret-{workspace.pk}",
        kind="delivered",
        at=timezone.now() - timedelta(hours=1),
    )
    audit.record(member, workspace, "list_added", list=readers.pk)
    return scene


def _imported(workspace: Workspace, readers: List, ann: Contact, member: User) -> Import:
    """The history of an import that changed Ann, and left a line out."""
    made = Import.objects.create(
        workspace=workspace,
        list=readers,
        filename="readers.csv",
        names=["E-mail", "Since"],
        mapping={"0": "email", "1": "field:since"},
        status="done",
        merged_at=timezone.now(),
        created_by=member,
    )
    made.remarks.create(workspace=workspace, line=3, reason="No @", cells=["=1+1", "x"])
    made.befores.create(contact_id=ann.pk, values={"first_name": "Anne", "fields": {}})
    Change.objects.create(
        workspace=workspace,
        contact=ann,
        what="joined",
        details={"list": readers.pk},
        actor=member,
    )
    return made


def _reports(workspace: Workspace, campaign: Campaign, member: User) -> None:
    """A saved report of the campaign that is mailed to a member, and a link that shows it."""
    query = f"c={campaign.pk}"
    saved = workspace.saved_reports.create(name="Autumn", kind="compare", query=query)
    listed = f"list={campaign.lists.get().pk}&span=90"
    workspace.saved_reports.create(name="Growth", kind="growth", query=listed)
    saving.schedule(
        saved, Rhythm("weekly", time(9)), [Member.objects.get(workspace=workspace, user=member)]
    )
    sharing.share(campaign, days=7, by=member)


def blocks(*found: dict[str, Any]) -> str:
    """A document of blocks, as it is kept."""
    return document.dump(document.read(json.dumps({"version": 1, "blocks": found})))


def picture(workspace: Workspace, member: User, folder: str = "Boats") -> Picture:
    """A picture of the library, with its files, in a folder."""
    made = workspace.picture_folders.create(name=folder)
    return picture_keeping.keep(workspace, "Boat", _photo(), folder=made, by=member)


@functools.cache
def _photo() -> Recoded:
    return reading.read(photos.photo(1400, 700))


def _providers(workspace: Workspace, sender: Any) -> None:
    provider = Provider(workspace=workspace, name="Mailgun", kind="mailgun")
    provider.credentials = {"api_key": SECRET}
    provider.save()
    StandIn.objects.create(sender=sender, provider=provider, position=1)


def _leavers(workspace: Workspace, scene: Scene) -> None:
    left, bounced = scene.people[3], scene.people[4]
    readers = scene.campaign.lists.get()
    left.subscriptions.update(status="unsubscribed", unsubscribed_at=timezone.now())
    Unsubscription.objects.create(
        workspace=workspace,
        contact=left,
        list=readers,
        campaign_id=scene.campaign.pk,
        source="page",
    )
    suppression.suppress(workspace.pk, [bounced.fingerprint], "hard_bounce", scene.campaign.pk)
    SuppressedDomain.objects.create(workspace=workspace, domain="stopped.example", note="Asked to")


def ask(workspace: Workspace) -> Archive:
    """Queue an archive of the workspace."""
    made = keeping.ask(workspace, None)
    assert made is not None
    return made


def archive(workspace: Workspace, path: Path) -> Path:
    """Write the workspace's archive to `path`."""
    with path.open("w+b") as file:
        writing.write(workspace.pk, file, lambda done, total: None)
    return path


def contents(path: Path) -> dict[str, bytes]:
    """Every file of an archive but its manifest and pictures."""
    with zipfile.ZipFile(path) as opened:
        names = [name for name in opened.namelist() if name.endswith(".csv")]
        return {name: opened.read(name) for name in names}


def pictures(path: Path) -> dict[str, bytes]:
    """The files of pictures in an archive, by their paths."""
    with zipfile.ZipFile(path) as opened:
        names = [name for name in opened.namelist() if name.startswith("pictures/")]
        return {name.removeprefix("pictures/"): opened.read(name) for name in names}


def manifest(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as opened:
        found: dict[str, Any] = json.loads(opened.read("manifest.json"))
        return found


def rows(content: bytes) -> list[dict[str, str]]:
    """The lines of a file, by the names of its columns."""
    return list(csv.DictReader(io.StringIO(content.decode())))


def restore(path: Path, workspace: Workspace, *, without_hashes: bool = False) -> dict[str, int]:
    """Restore an archive into the workspace, at once."""
    return restoring.restore(
        workspace.pk, path, lambda done, total: None, without_hashes=without_hashes
    )
