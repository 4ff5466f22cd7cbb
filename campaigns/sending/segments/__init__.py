"""What segments may ask about mails: who was sent what, who opened and clicked, from where.

An answer is certain or not there: see `campaigns.audience.segments.registry`.
"""

from campaigns.audience.segments import registry
from campaigns.sending.segments import deeds, mailings, places


def register() -> None:
    """Let segments ask for all that this room knows."""
    registry.register_things(mailings.CAMPAIGNS)
    registry.register_parts("link", mailings.links_of)
    registry.register(*mailings.WHATS, *deeds.WHATS, *places.WHATS)
