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
    """Drop events that are past their time."""
    try:
        retention.prune(timezone.now(), keep_days=settings.EVENT_RETENTION_DAYS)
    except OperationalError as error:
        logger.warning("Old events stay until the next time: %s", error)
