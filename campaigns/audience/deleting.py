"""Delete lists, and with them the files that were on their way in."""

from django.db import transaction

from campaigns.audience import tidying
from campaigns.audience.models import List


def delete_list(one: List) -> None:
    """Delete a list, its subscriptions and imports. The people stay contacts."""
    imports = list(one.imports.exclude(file=""))
    with transaction.atomic():
        one.delete()
    for gone in imports:
        tidying.delete_upload(gone)
