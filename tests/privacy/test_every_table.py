"""Whatever is kept about people is told to them, or is here with the reason why it is not."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.audience.models import Contact
from campaigns.privacy import known
from tests.sending import stage

# Of each table, the kind of thing as which a person is told of its rows.
TOLD = {
    "audience.Change": "changes",
    "audience.BulkEditPerson": "chosen",
    "audience.ConsentEntry": "answers",
    "audience.Contact": "profile",
    "audience.ImportBefore": "befores",
    "audience.ImportRemark": "left_out",
    "audience.Merger": "former",
    "audience.Note": "notes",
    "audience.Resemblance": "alike",
    "audience.SignUp": "sign_ups",
    "audience.Subscription": "lists",
    "audience.SuppressedDomain": "stops",
    "audience.Suppression": "stops",
    "audience.Tagging": "tags",
    "audience.Unsubscription": "leavings",
    "composing.Spared": "spared",
    "sending.Belonging": "parts",
    "sending.BounceMail": "returned",
    "sending.Delivery": "mails",
    "sending.InboxMail": "inbox",
    "sending.ProviderEvent": "told",
    "sending.SecondDelivery": "mails",
    "sending.TestGroup": "test_groups",
    "tracking.Engagement": "deeds",
    "tracking.Event": "hits",
    "tracking.LinkClicker": "links",
}

# Made from what is told, and gone with it; or numbers, which the rows that are told stand for.
REPEATED = {
    "audience.ListBits",
    "audience.Wording",
    "sending.MailBits",
    "tracking.DeedBits",
    "tracking.Merged",
    "tracking.Muted",
}
# Numbers of people or mails that a program works on, or may ask for again: a day at most.
IN_HAND = {"accounts.MadeOnce", "audience.Unworded", "sending.Chance", "sending.Lease"}

UNTOLD = {
    "The same once more as what is told, in bits, numbers or single words": REPEATED,
    "Numbers, for as long as something is done with them": IN_HAND,
    "Whole copies of what is told, in files that go after some days, and with whoever is erased": {
        "archives.Archive",
        "archives.Restoration",
    },
    "A file as it was handed in; who is in it is known once it is imported, and then it goes": {
        "audience.Import",
    },
    "What members wrote of anything. It may name somebody, and nothing says whether it does": {
        "audience.Segment",
        "audience.BulkEdit",
        "composing.Campaign",
        "composing.Comment",
        "composing.Revision",
        "composing.SavedBlock",
        "composing.Template",
        "composing.Version",
        "reports.SavedReport",
    },
    "Servers' own words about a campaign or a provider; the mail that they are about has its own": {
        "sending.Alarm",
        "sending.BounceMailbox",
        "sending.Cooldown",
        "sending.Reckoning",
    },
    "Of members, who see it on their own pages and on those of the workspace": {
        "accounts.ApiKey",
        "accounts.AuditEntry",
        "accounts.KeyUse",
        "accounts.Member",
        "accounts.Sender",
        "accounts.User",
        "composing.Approval",
        "reports.Receiver",
        "reports.ReportMail",
        "reports.ShareLink",
    },
    "Counts, which name nobody": {
        "reports.DayCounting",
        "reports.ListDay",
        "reports.MailboxCount",
        "sending.DayTally",
        "sending.Tally",
        "tracking.CampaignCount",
        "tracking.FacetCount",
        "tracking.HourCount",
        "tracking.LinkCount",
        "tracking.PeopleCount",
    },
    "About the workspace, its mails or its machines, and about no person": {
        "accounts.Provider",
        "accounts.SigningKey",
        "accounts.StandIn",
        "accounts.Workspace",
        "audience.Field",
        "audience.List",
        "audience.ListChange",
        "audience.Notice",
        "audience.ResemblanceLook",
        "audience.SignUpForm",
        "audience.Sweep",
        "audience.Tag",
        "composing.Brand",
        "composing.LinkLook",
        "composing.Picture",
        "composing.PictureFolder",
        "composing.PublicPage",
        "composing.SegmentUse",
        "composing.Showing",
        "composing.SunsetRule",
        "composing.Thumbnail",
        "reports.Schedule",
        "sending.Acquaintance",
        "sending.Canary",
        "sending.Digest",
        "sending.Door",
        "sending.Instance",
        "sending.Leak",
        "sending.Ramp",
        "sending.Throttle",
        "sending.Topic",
        "tracking.Link",
        "tracking.SpoolPosition",
        "tracking.TrackedCampaign",
    },
}
OURS = ("campaigns", "tracking")
# What points to a person, or may hold an address, by the name of the column.
PERSONAL = {"contact", "contact_id", "delivery", "delivery_id", "delivery_uuid", "merged_id"}
PERSONAL |= {"into_id", "first", "second", "email", "email_key", "address", "address_key"}
PERSONAL |= {"addresses", "to_address", "fingerprint", "cells", "said"}
# These columns are of members, or no row of theirs is about one person.
OF_OTHERS = {
    ("accounts.Sender", "email"),
    ("accounts.User", "email"),
    ("sending.BounceMailbox", "address"),
}


def models():
    found = [one for one in apps.get_models() if one.__module__.split(".")[0] in OURS]
    return sorted(found, key=lambda model: model._meta.label)


def untold():
    return [label for labels in UNTOLD.values() for label in labels]


@pytest.mark.parametrize("model", models(), ids=lambda model: model._meta.label)
def test_every_table_is_told_or_left_for_one_reason(model):
    decisions = [model._meta.label in TOLD, *(model._meta.label in one for one in UNTOLD.values())]
    assert sum(decisions) == 1


def test_no_decision_is_about_a_table_that_is_gone():
    assert {*TOLD, *untold()} == {model._meta.label for model in models()}


@pytest.mark.parametrize("model", models(), ids=lambda model: model._meta.label)
def test_who_points_to_a_person_is_told_or_only_repeats_what_is(model):
    columns = {one.name for one in model._meta.fields} & PERSONAL
    columns -= {name for label, name in OF_OTHERS if label == model._meta.label}
    assert not columns or model._meta.label in {*TOLD, *REPEATED, *IN_HAND}


# The contact itself is at hand, and `test_known` holds its columns.
@pytest.mark.django_db
@pytest.mark.parametrize("label", sorted(set(TOLD) - {"audience.Contact"}))
def test_what_is_told_is_read_from_its_table(workspace, label):
    campaign = stage.make_sending(workspace, people=1)
    contact = Contact.objects.get(deliveries__campaign=campaign)
    _title, rows = known.SECTIONS[TOLD[label]]
    with CaptureQueriesContext(connection) as asked:
        list(rows(contact))
    table = f'"{apps.get_model(label)._meta.db_table}"'
    assert any(table in one["sql"] for one in asked.captured_queries)


def test_everything_on_the_page_has_a_table():
    assert set(known.SECTIONS) == set(TOLD.values())
