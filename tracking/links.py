"""The links of campaigns: numbered once, for ever."""

from collections.abc import Sequence

from django.db import transaction

from tracking.models import Link, TrackedCampaign
from tracking.querysets import lock_campaign


@transaction.atomic
def register(campaign_id: int, workspace_id: int, urls: Sequence[str]) -> dict[str, int]:
    """Give each address its number in the campaign, and return all of them.

    Addresses that have a number keep it; new ones get the next. Numbers begin at 1.
    """
    lock_campaign(campaign_id)
    TrackedCampaign.objects.get_or_create(
        campaign_id=campaign_id, defaults={"workspace_id": workspace_id}
    )
    numbers = dict(
        Link.objects.filter(campaign_id=campaign_id)
        .order_by("-number")
        .values_list("url", "number")
    )
    following = max(numbers.values(), default=0) + 1
    new = [url for url in dict.fromkeys(urls) if url not in numbers]
    links = [
        Link(workspace_id=workspace_id, campaign_id=campaign_id, number=number, url=url)
        for number, url in enumerate(new, following)
    ]
    Link.objects.bulk_create(links)
    return numbers | {link.url: link.number for link in links}
