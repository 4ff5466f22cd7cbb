"""The pages of the sending room."""

from campaigns.sending.views.again import joined, on_unknown, remind, retry, unconfirmed
from campaigns.sending.views.connecting import connection
from campaigns.sending.views.events import door, provider_events, topic
from campaigns.sending.views.fence import decide
from campaigns.sending.views.launching import confirm
from campaigns.sending.views.measuring import leaks, mend_leak, stop_measuring
from campaigns.sending.views.pace import (
    pace,
    provider_pace,
    ramp,
    resume_mailbox,
    resume_sender,
    send_rest,
)
from campaigns.sending.views.running import (
    campaign,
    cancel,
    pause,
    progress,
    resume,
    to_draft,
)
from campaigns.sending.views.web_version import web_version

__all__ = [
    "campaign",
    "cancel",
    "confirm",
    "connection",
    "decide",
    "door",
    "joined",
    "leaks",
    "mend_leak",
    "on_unknown",
    "pace",
    "pause",
    "progress",
    "provider_events",
    "provider_pace",
    "ramp",
    "remind",
    "resume",
    "resume_mailbox",
    "resume_sender",
    "retry",
    "send_rest",
    "stop_measuring",
    "to_draft",
    "topic",
    "unconfirmed",
    "web_version",
]
