"""What the sample workspace gathered over time: a brand, a field, tags, notes, segments."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any

from campaigns.accounts.models import User, Workspace
from campaigns.audience import tags
from campaigns.audience.models import Field, Note, Segment, Tagging
from campaigns.audience.segments import compiling, counting, saving
from campaigns.composing.approving.models import Comment
from campaigns.composing.brands.models import Brand
from campaigns.composing.models import Campaign
from campaigns.composing.templating import choosing
from campaigns.reports.demo import mails
from campaigns.reports.demo.people import Reader

# How many of the people have it.
TAGS = {"Allotment": 0.07, "School garden": 0.02, "Workshop last year": 0.04, "Press": 0.004}
NOTES = (
    "Asked for seeds without plastic; told her that all of ours come in paper.",
    "Brings her neighbour along to the workshops.",
    "Would like to hear about dahlias in spring.",
)
NEARBY = "Utrecht and around"


def bring(workspace: Workspace, member: User, readers: Mapping[int, Reader], now: datetime) -> None:
    """Give the workspace its brand, its field, tags on people, and notes about a few."""
    Brand.objects.create(
        workspace=workspace,
        accent="#1f5d57",
        link="#1f5d57",
        titles=Brand.Font.SERIF,
        website=mails.SHOP,
        social=[
            {"name": "Instagram", "href": "https://instagram.example/tulipandthyme"},
            {"name": "Mastodon", "href": "https://social.example/@tulipandthyme"},
        ],
    )
    Field.objects.create(workspace=workspace, key="city", label="City", position=1, is_listed=True)
    random = Random(1910)  # noqa: S311 - a sample wants repeatable people, not secrets.
    people = list(readers)
    for tag in tags.named(workspace.pk, TAGS):
        having = random.sample(people, int(len(people) * TAGS[tag.name]))
        at = now - timedelta(days=random.uniform(20, 300))
        Tagging.objects.bulk_create(
            Tagging(workspace=workspace, tag=tag, contact_id=pk, at=at) for pk in having
        )
    Note.objects.bulk_create(
        Note(
            workspace=workspace, contact_id=pk, text=text, author=member, at=now - timedelta(days=9)
        )
        for pk, text in zip(people[-3:], NOTES, strict=True)
    )


def ask(workspace: Workspace, member: User) -> None:
    """Save the questions that the shop asks of its readers, and what comes of them."""
    city = workspace.contact_fields.get(key="city")
    offers = workspace.lists.get(name="Offers and openings")
    opened = {"what": "opened", "how": "often", "times": 3, "last": 5}
    questions: dict[str, list[dict[str, Any]]] = {
        NEARBY: [
            {"what": "text_field", "field": city.pk, "how": "is", "value": "Utrecht"},
        ],
        "Keen readers, no offers yet": [
            opened,
            {"what": "list", "how": "not_on", "list": offers.pk},
        ],
        "Never asked about measuring": [
            {"what": "measuring", "how": "not_asked", "purpose": "opens"},
        ],
    }
    for name, conditions in questions.items():
        segment = Segment(workspace=workspace, created_by=member)
        if name == NEARBY:
            segment.key = mails.NEAR
        saving.save(segment, name, compiling.read({"match": "all", "of": conditions}))


def count(workspace: Workspace) -> None:
    """Count the saved segments, as a worker does."""
    for pk in workspace.segments.values_list("pk", flat=True):
        counting.count_saved(pk)


def leave_around(member: User, draft: Campaign) -> None:
    """Keep a template of a draft, and say something about it."""
    workspace = draft.workspace
    choosing.keep(workspace, member, "Our garden letter", choosing.of_campaign(draft))
    Comment.objects.create(
        workspace=workspace,
        campaign=draft,
        author=member,
        text="The picture of the hills stays until the new ones are in. Is Saturday 12 right?",
        version=draft.version,
    )
