"""Let a stand-in that never took a sender's mails begin with a few, and twice as many each time.

Its machines may never have mailed for the From domain: a whole campaign all at once is what
mailbox providers take a stolen account for.
"""

from __future__ import annotations

from campaigns.accounts.models import Provider
from campaigns.composing.models import Campaign
from campaigns.sending.querysets import acquainting

# Mails a minute, at first and when it is known well enough: ten minutes, if all goes well.
FIRST, LAST = 20, 20_480


def meet(campaign: Campaign, provider: Provider) -> bool:
    """Hold back all but a few if the provider is new to the sender; say whether this call did."""
    sender = campaign.sender
    if sender is None or provider.pk == sender.provider_id:
        return False
    return acquainting.meet(sender.pk, provider.pk, first=FIRST, last=LAST)
