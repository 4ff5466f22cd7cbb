"""What is exported comes back: the archive of a restored workspace is the one it came from."""

from __future__ import annotations

import json
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from campaigns.accounts.models import Workspace
from campaigns.archives import catalogue, restoring, writing
from campaigns.audience import suppression
from campaigns.audience.models import ConsentEntry, Contact, Segment, Subscription, Suppression
from campaigns.composing.models import Campaign, Revision
from campaigns.reports.models import Receiver
from campaigns.sending.models import Delivery
from tests import world
from tests.archives import houses
from tests.archives.houses import restore
from tests.sending import stage

pytestmark = pytest.mark.django_db(transaction=True)


def told(path):
    """All files but those that are told without being restored; folders of pictures by number."""
    found = houses.contents(path) | houses.pictures(path)
    for part in catalogue.PARTS:
        if not part.is_restored:
            del found[part.filename]
    for one in houses.rows(found["pictures.csv"]):
        number = f"picture {one['id']}"
        found = {
            name.replace(one["key"], number): data.replace(one["key"].encode(), number.encode())
            for name, data in found.items()
        }
    return found


def test_every_sort_of_thing_is_in_the_archive(house):
    sizes = {one["name"]: one["rows"] for one in houses.manifest(house)["files"]}
    assert [name for name, rows in sizes.items() if rows == 0] == []


# What a new house changes on purpose: forms and public pages are closed, the days are
# counted at once, and reports are mailed to nobody.
CHANGED = {"sign_up_forms.csv", "public_pages.csv", "days_counted.csv", "receivers.csv"}


def test_a_restored_workspace_has_the_same_archive(house, empty, tmp_path):
    restore(house, empty)
    again = told(houses.archive(empty, tmp_path / "two.zip"))
    for name, content in told(house).items():
        assert name in CHANGED or again[name] == content, name


def test_forms_come_back_closed_at_another_address(house, empty, workspace):
    restore(house, empty)
    before, after = workspace.sign_up_forms.get(), empty.sign_up_forms.get()
    assert (before.is_open, after.is_open) == (True, False)
    assert before.key != after.key
    assert (after.fields, after.frame_origins) == (before.fields, before.frame_origins)


def test_who_left_or_must_not_be_mailed_stays_away(house, empty, workspace):
    restore(house, empty)
    for status in Subscription.Status:
        before, after = (
            set(
                Subscription.objects.filter(list__workspace=one, status=status).values_list(
                    "contact__email", flat=True
                )
            )
            for one in (workspace, empty)
        )
        assert before == after
    assert mailable(empty) == mailable(workspace)
    assert set(empty.contacts.suppressed().values_list("email", flat=True)) == {
        "unknown4@example.com"
    }


def mailable(workspace):
    people = Contact.objects.filter(workspace=workspace, subscriptions__status="subscribed")
    blocked = workspace.contacts.suppressed().values("pk")
    return set(people.exclude(pk__in=blocked).values_list("email", flat=True))


def test_a_segment_asks_for_the_new_list_and_tag(house, empty):
    restore(house, empty)
    question = Segment.objects.get(workspace=empty).question
    assert question["of"][0]["list"] == empty.lists.get().pk
    assert question["of"][1]["of"][0]["tag"] == empty.tags.get().pk


def test_a_mail_asks_for_its_segment_as_it_is_in_the_new_house(house, empty):
    restore(house, empty)
    segment = Segment.objects.get(workspace=empty)
    content = Revision.objects.exclude(segments={}).get(workspace=empty)
    assert content.segments == {segment.key: segment.question}


def test_the_consent_ledger_names_the_new_campaign_and_no_other(house, empty):
    restore(house, empty)
    entries = ConsentEntry.objects.filter(workspace=empty, source__in=["member", "form"])
    campaign = empty.campaigns.get(name="Autumn letter").pk
    evidence = [entry.evidence for entry in entries.order_by("pk")]
    brought = empty.imports.get().pk
    assert evidence == [{"campaign": campaign}, {"list": empty.lists.get().pk, "import": brought}]


def test_saved_reports_ask_for_the_new_campaign_and_are_mailed_to_nobody(house, empty):
    restore(house, empty)
    campaign, readers = empty.campaigns.get(name="Autumn letter"), empty.lists.get()
    saved = {one.name: one.query for one in empty.saved_reports.all()}
    assert saved == {"Autumn": f"c={campaign.pk}", "Growth": f"list={readers.pk}&span=90"}
    receivers = Receiver.objects.filter(schedule__report__workspace=empty)
    assert [one.stopped_at is None for one in receivers] == [False]
    assert not empty.share_links.exists()


def test_an_import_can_be_told_and_undone_in_the_new_house(house, empty):
    restore(house, empty)
    one = empty.imports.get()
    ann = empty.contacts.get(email__startswith="O'Hara")
    assert (one.filename, one.remarks.get().cells, one.file.name) == (
        "readers.csv",
        ["=1+1", "x"],
        "",
    )
    assert one.befores.get().contact_id == ann.pk
    assert ann.changes.get().details == {"list": one.list_id}


def test_an_import_under_way_is_not_begun_again(house, empty, workspace, tmp_path):
    workspace.imports.update(status="running", claim_token=uuid.uuid4())
    restore(houses.archive(workspace, tmp_path / "a.zip"), empty)
    assert empty.imports.get().status == "cancelled"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("draft", "draft"),
        ("scheduled", "draft"),
        ("preparing", "draft"),
        ("sending", "paused"),
        ("paused", "paused"),
        ("sent", "sent"),
        ("cancelled", "cancelled"),
        ("missed", "draft"),
        ("failed", "failed"),
    ],
)
def test_no_campaign_goes_on_by_itself(
    workspace,
    empty,
    tmp_path,
    before,
    after,
):
    campaign = stage.make_sending(workspace, people=3)
    campaigns = Campaign.objects.filter(pk=campaign.pk)
    campaigns.update(status=before, on_unknown="retry", scheduled_at=timezone.now())
    mails = Delivery.objects.filter(campaign=campaign).order_by("pk")
    token = {"claim_token": uuid.uuid4(), "next_at": None}
    mails.filter(pk=mails[0].pk).update(state="claimed", **token)
    mails.filter(pk=mails[1].pk).update(state="sending", sending_at=timezone.now(), **token)
    restore(houses.archive(workspace, tmp_path / "a.zip"), empty)
    new = empty.campaigns.get()
    assert (new.status, new.on_unknown) == (after, "hold")
    assert after != "draft" or new.scheduled_at is None
    states = sorted(Delivery.objects.filter(campaign=new).values_list("state", flat=True))
    assert states == ["pending", "pending", "unknown"]
    assert not Campaign.objects.due().filter(workspace=empty).exists()


def test_no_secret_and_no_id_of_a_user_is_in_it(house, member):
    for name, content in houses.contents(house).items():
        assert houses.SECRET.encode() not in content, name
        assert member.password.encode() not in content, name
    words = json.dumps(houses.manifest(house))
    assert settings.SECRET_KEY not in words
    assert settings.FINGERPRINT_KEY not in words


def test_hashes_of_people_who_were_erased_are_not_lost_silently(workspace, empty, tmp_path):
    suppression.suppress(workspace.pk, [b"0123456789abcdef"], "erased")
    made = houses.archive(workspace, tmp_path / "a.zip")
    with pytest.raises(restoring.HashesError, match="FINGERPRINT_KEY"):
        restore(made, empty)
    assert not Suppression.objects.filter(workspace=empty).exists()
    restore(made, empty, without_hashes=True)
    assert not Suppression.objects.filter(workspace=empty).exists()


def test_under_the_same_key_hashes_come_along(workspace, empty, tmp_path, monkeypatch):
    suppression.suppress(workspace.pk, [b"0123456789abcdef"], "erased")
    monkeypatch.setattr(writing, "hash_check", lambda workspace_id: "the same")
    restore(houses.archive(workspace, tmp_path / "a.zip"), empty)
    found = Suppression.objects.get(workspace=empty)
    assert (bytes(found.fingerprint), found.reason) == (b"0123456789abcdef", "erased")


def test_nothing_of_another_workspace_is_in_it(house, tmp_path):
    other = world.make_workspace(name="Elsewhere")
    world.make_contact(other, on=world.make_list(other), email="other@elsewhere.example")
    workspace = Workspace.objects.get(name__startswith="Acme")
    again = houses.archive(workspace, tmp_path / "again.zip")
    assert houses.contents(again) == houses.contents(house)


def test_the_archive_shows_one_moment(workspace, member, tmp_path):
    """Who is added while it is written is in none of its files."""
    readers = world.make_list(workspace)
    world.make_contact(workspace, on=readers)
    added: list[str] = []

    def progress(done: int, total: int) -> None:
        if not added:
            with ThreadPoolExecutor(1) as pool:
                added.append(pool.submit(join, workspace, readers).result())

    path = tmp_path / "a.zip"
    with path.open("w+b") as file:
        rows = writing.write(workspace.pk, file, progress)
    assert added and workspace.contacts.count() == 2
    assert (rows["contacts.csv"], rows["subscriptions.csv"]) == (1, 1)


def join(workspace, readers):
    try:
        return world.make_contact(workspace, on=readers).email
    finally:
        connection.close()
