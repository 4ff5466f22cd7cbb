"""Delete lists, and with them the files that were on their way in."""

from django.db import transaction

from campaigns.accounts.models import User
from campaigns.audience import statements, tidying
from campaigns.audience.models import List

# Mail of the list ends for who was on it, and the ledger says why.
_SAY = """
INSERT INTO audience_consententry (
    workspace_id, contact_id, purpose, state, source, evidence, at, actor_id
)
SELECT workspace_id, contact_id, 'mail', 'withdrawn', 'member',
    jsonb_build_object('list', list_id, 'name', %(name)s::text, 'deleted', true), now(), %(actor)s
FROM audience_subscription WHERE list_id = %(list)s AND status = 'subscribed'
"""


def delete_list(one: List, by: User) -> None:
    """Delete a list, its subscriptions and imports. The people stay contacts."""
    imports = list(one.imports.exclude(file=""))
    with transaction.atomic():
        # Whoever is being put on it waits for us, and then finds it gone.
        List.objects.select_for_update().filter(pk=one.pk).exists()
        statements.run(_SAY, {"list": one.pk, "name": one.name, "actor": by.pk})
        one.delete()
    for gone in imports:
        tidying.delete_upload(gone)
