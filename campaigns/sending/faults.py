"""Die at a named point, for tests of what a crash leaves behind.

`FAULT=after_intent` kills the process the first time it comes there, `after_intent:3` the
third time. Without the variable a point is one comparison.
"""

import os
import signal

AFTER_CLAIM, AFTER_INTENT = "after_claim", "after_intent"
AFTER_SEND, AFTER_RESULT = "after_send", "after_result"

_NAME, _, _count = os.environ.get("FAULT", "").partition(":")
_left = int(_count or 1)


def point(name: str) -> None:
    """Kill this process, without any clean-up, if it was told to die here."""
    global _left
    if name != _NAME:
        return
    _left -= 1
    if _left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
