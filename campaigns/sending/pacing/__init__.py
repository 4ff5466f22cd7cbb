"""How fast mails go out, and what holds them up.

One mail after a refusal (`retrying`), a provider in trouble (`cooling`), the limits of a sender
(`limits`, `ramps`, `easing`), a small first part (`canary`), and the breakers that stop what
does harm (`breakers`, `alarms`). A lane asks for all of it at one `gates.Gate`.
"""

from campaigns.sending.pacing.cooling import MAX_WAITS, cool_down, warm_up
from campaigns.sending.pacing.retrying import BACK_OFF, result

__all__ = ["BACK_OFF", "MAX_WAITS", "cool_down", "result", "warm_up"]
