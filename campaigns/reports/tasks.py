"""Celery's way into the reports: ids in, one verb, nothing out."""

from celery import shared_task
from celery.contrib.django.task import DjangoTask

from campaigns.reports import days

RING = 240


@shared_task(base=DjangoTask, ignore_result=True)
def look_at_days() -> None:
    """Ring for the workspaces whose days are to be counted."""
    days.begin()
    for workspace_id in days.due():
        count_days.apply_async((workspace_id,), expires=RING)


@shared_task(base=DjangoTask, ignore_result=True)
def count_days(workspace_id: int) -> None:
    days.count(workspace_id)
