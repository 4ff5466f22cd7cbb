"""The Celery app and its beat. The broker is a doorbell: the truth is in PostgreSQL."""

import logging
import logging.config
import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging
from django.conf import settings
from kombu.exceptions import ChannelError, OperationalError
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
TRANSPORT_ALIASES["filesystem"] = "config.filesystem_broker:Transport"

logger = logging.getLogger(__name__)

# What beat rings, and every how many seconds. A ring that nobody heard in time expires: the
# next one says the same. The housekeeping is hourly because a machine that sleeps at night
# would miss a fixed hour; doing it twice is harmless.
SCHEDULE = (
    ("sending", "campaigns.sending.tasks.tick", 5.0),
    ("schedules", "campaigns.sending.tasks.look_ahead", 300.0),
    ("bounces", "campaigns.sending.tasks.look_for_bounces", 60.0),
    ("imports", "campaigns.audience.tasks.resume_imports", 15.0),
    ("sign-ups", "campaigns.audience.tasks.look_at_sign_ups", 120.0),
    ("tidying", "campaigns.audience.tasks.tidy", 3600.0),
    ("pictures", "campaigns.composing.tasks.tidy_pictures", 3600.0),
    ("comments", "campaigns.composing.tasks.pass_comments_on", 60.0),
    ("thumbnails", "campaigns.composing.tasks.take_thumbnails", 15.0),
    ("links", "campaigns.composing.tasks.tidy_looks", 3600.0),
    ("sunsets", "campaigns.composing.tasks.end_sunset_rounds", 3600.0),
    ("pruning", "tracking.tasks.prune", 3600.0),
    ("days", "campaigns.reports.tasks.look_at_days", 60.0),
    ("mailboxes", "campaigns.reports.tasks.look_at_mailboxes", 60.0),
    ("reports", "campaigns.reports.tasks.look_at_schedules", 30.0),
    ("archives", "campaigns.archives.tasks.look", 15.0),
    ("old archives", "campaigns.archives.tasks.tidy", 3600.0),
    ("report mails", "campaigns.reports.tasks.tidy", 3600.0),
)


class Doorbells(Celery):
    """Celery, for which a broker that is down is no reason to fail.

    What a task would do is already written in the database when its doorbell is rung, and
    beat rings again every few seconds. A member who launches a campaign must not see
    an error for a launch that happened.
    """

    def send_task(self, name: str, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().send_task(name, *args, **kwargs)
        except (OperationalError, ChannelError, OSError) as error:
            logger.warning("The broker is down: %s waits for the next tick (%s)", name, error)
            return self.AsyncResult(kwargs.get("task_id") or "not-rung")


DEFAULTS: dict[str, Any] = {
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,  # A worker outlives any outage of its broker.
    "broker_connection_timeout": 3,
    "task_publish_retry_policy": {"max_retries": 1, "interval_start": 0.2},
    "task_serializer": "json",
    "accept_content": ["json"],
    "task_ignore_result": True,
    # Acknowledged before the work: a task that kills its worker must not come back for more.
    "task_acks_late": False,
    "worker_prefetch_multiplier": 1,
    "worker_pool": "config.pool:TaskPool",
    # A killed child holds its place in the pool for so many seconds. Nobody waits for what it
    # might have answered.
    "worker_lost_wait": 1.0,
    "worker_enable_remote_control": False,
    "worker_hijack_root_logger": False,
    "timezone": "UTC",
    "enable_utc": True,
    "beat_schedule": {
        name: {"task": task, "schedule": seconds, "options": {"expires": 3 * seconds}}
        for name, task, seconds in SCHEDULE
    },
}

app = Doorbells("candid")
app.add_defaults(lambda: DEFAULTS)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def _log_like_the_rest(**kwargs: object) -> None:
    logging.config.dictConfig(settings.LOGGING)
