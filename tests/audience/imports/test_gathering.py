"""What a later part asks is cheap, also where statistics know nothing of its people."""

from django.db import connection

from campaigns.accounts.models import Workspace
from campaigns.audience import statements
from campaigns.audience.imports import gathering

PEOPLE = """
INSERT INTO audience_contact (
    workspace_id, email, email_key, fingerprint, first_name, last_name, language, country,
    time_zone, fields, measuring, consent_epoch, created_at, updated_at
)
SELECT %(workspace)s, key, key, decode(md5(key), 'hex'), '', '', '', '', '', '{}', 'unknown', 0,
    now(), now()
FROM (SELECT 'person' || n || '@example.com' FROM generate_series(1, 3000) AS n) AS person (key)
"""


def test_who_is_there_twice_is_looked_up_by_address_in_a_workspace_nobody_has_analysed(workspace):
    """By the workspace alone, each would cost as much as all who are in it."""
    known = Workspace.objects.create(name="Known to statistics", postal_address="Nowhere 1")
    statements.run(PEOPLE, {"workspace": known.pk})
    statements.run("ANALYZE audience_contact", {})
    values = {"workspace": workspace.pk}
    statements.run(PEOPLE, values)
    gathering.begin(values)
    statements.run("CREATE TEMPORARY TABLE repeated (email_key text) ON COMMIT DROP", {})
    looking_up = gathering._HEARD.partition(";")[0]
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + looking_up, values)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "audience_contact_once" in plan
    assert "audience_contact_a" not in plan
