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


class Doorbells(Celery):
    """Celery, for which a broker that is down is no reason to fail.

    What a task would do is already written in the database when its doorbell is rung, and
    beat rings again every few seconds. A member who launches a campaign must not see
    an error for a launch that happened.
    """

    def send_task(self, name: str, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().send_task(name, *args, **kwargs)
        except (OperationalError, ChannelError) as error:
            logger.warning("The broker is down: %s waits for the next tick (%s)", name, error)
            return self.AsyncResult(kwargs.get("task_id") or "not-rung")


app = Doorbells("candid")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def _log_like_the_rest(**kwargs: object) -> None:
    logging.config.dictConfig(settings.LOGGING)
