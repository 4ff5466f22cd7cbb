"""Celery's way into the audience: ids in, one verb, nothing out."""

from celery import shared_task
from celery.contrib.django.task import DjangoTask

from campaigns.audience import importing, learning, seeing, suppression, tidying
from campaigns.audience.segments import counting


@shared_task(base=DjangoTask)
def run_import(import_id: int) -> None:
    importing.run(import_id)


@shared_task(base=DjangoTask)
def resume_imports() -> None:
    importing.resume_stale(run_import.delay)


@shared_task(base=DjangoTask)
def count_segment(segment_id: int) -> None:
    counting.count_saved(segment_id)


@shared_task(base=DjangoTask)
def tidy() -> None:
    tidying.tidy()
    seeing.note()
    learning.learn()
    suppression.expire()
