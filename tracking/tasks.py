"""What beat asks of tracking."""

import logging

from celery import shared_task
from celery.contrib.django.task import DjangoTask
from django.conf import settings
from django.db import OperationalError
from django.utils import timezone

from tracking import retention

logger = logging.getLogger(__name__)


@shared_task(base=DjangoTask, ignore_result=True)
def prune() -> None:
    """Drop what is past its time."""
    try:
        now, days = timezone.now(), settings.EVENT_RETENTION_DAYS
        retention.prune(now, keep_days=days)
        retention.let_go(now, keep_days=days)
    except OperationalError as error:
        logger.warning("What is old stays until the next time: %s", error)
