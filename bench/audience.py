"""Workspaces full of people, for the benchmarks of sending."""

from __future__ import annotations

from django.db import connection

from bench import letter
from campaigns.accounts.models import Provider, Sender, Workspace
from campaigns.audience.models import List
from campaigns.composing.models import Campaign

# Like an import's result, without the import: what is measured is what comes after it.
PEOPLE = """
INSERT INTO audience_contact (
    workspace_id, email, email_key, fingerprint, first_name, last_name, language, time_zone,
    country, fields, measuring, consent_epoch, created_at, updated_at)
SELECT %(workspace)s, 'person' || n || '@example.com', 'person' || n || '@example.com',
       decode(lpad(to_hex(n), 32, '0'), 'hex'), 'Person ' || n, '', '', '', '',
       '{"company": "Acme & Sons"}', 'unknown', 0, now(), now()
  FROM generate_series(1, %(people)s) AS n
"""
SUBSCRIPTIONS = """
INSERT INTO audience_subscription (
    workspace_id, list_id, contact_id, status, basis, basis_note, subscribed_at)
SELECT workspace_id, %(list)s, id, 'subscribed', 'consent', '', now()
  FROM audience_contact WHERE workspace_id = %(workspace)s
"""


def make(people: int, port: int) -> List:
    """Make a workspace with `people` on one list, whose sender mails to `port` on loopback."""
    workspace = Workspace.objects.create(
        name="Benchmark", postal_address="1 Main Street", policy=Workspace.Policy.OPT_OUT
    )
    provider = Provider(workspace=workspace, name="Sink", kind=Provider.Kind.SMTP)
    provider.credentials = {"host": "127.0.0.1", "port": port, "security": "none"}
    provider.save()
    Sender.objects.create(
        workspace=workspace, provider=provider, name="Acme News", email="news@acme.example"
    )
    everybody = List.objects.create(workspace=workspace, name="Everybody")
    values = {"workspace": workspace.pk, "list": everybody.pk, "people": people}
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE, values)
        cursor.execute(SUBSCRIPTIONS, values)
        cursor.execute("ANALYZE audience_contact, audience_subscription, sending_delivery")
    return everybody


def campaign(everybody: List) -> Campaign:
    """Make a draft of the letter to everybody."""
    made = Campaign.objects.create(
        workspace=everybody.workspace,
        name="Benchmark",
        subject="News for {{ contact.first_name }}",
        sender=everybody.workspace.senders.get(),
        format=Campaign.Format.HTML,
        body=letter.html(),
        text=letter.text(),
        # What is measured is the pace, not the wait for what becomes of the first few.
        canary_first=False,
    )
    made.lists.add(everybody)
    return made


def clear(everybody: List) -> None:
    """Remove the workspace and all in it."""
    workspace = everybody.workspace
    # Not by the ORM: it would look at each of millions of rows for what hangs on them.
    with connection.cursor() as cursor:
        for table in ("sending_belonging", "sending_delivery"):
            cursor.execute(f"DELETE FROM {table} WHERE workspace_id = %s", [workspace.pk])
    workspace.campaigns.all().delete()
    workspace.senders.all().delete()
    workspace.delete()
