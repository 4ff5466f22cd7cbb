"""The words that people answer to, kept once per version with their hash.

Who asks later what a person agreed to gets the very text, and can check it.
"""

import hashlib

from django.db import transaction
from django.db.models import Max

from campaigns.accounts.models import Workspace
from campaigns.audience.models import Notice


@transaction.atomic
def keep(workspace_id: int, text: str) -> Notice:
    """Return the notice that says `text`, kept as a new version when nobody saw it before."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    mine = Notice.objects.filter(workspace=workspace_id)
    if (known := mine.filter(sha256=digest).first()) is not None:
        return known
    # Two who ask at once must not take the same number.
    Workspace.objects.select_for_update(no_key=True).get(pk=workspace_id)
    last: int = mine.aggregate(last=Max("version"))["last"] or 0
    notice, _new = mine.get_or_create(
        workspace_id=workspace_id,
        sha256=digest,
        defaults={"text": text, "version": last + 1},
    )
    return notice
