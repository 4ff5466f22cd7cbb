"""Celery's way into the audience: ids in, one verb, nothing out."""

from celery import shared_task
from celery.contrib.django.task import DjangoTask

from campaigns.audience import importing, learning, seeing, suppression, tidying, undoing


@shared_task(base=DjangoTask)
def run_import(import_id: int) -> None:
    importing.run(import_id)


@shared_task(base=DjangoTask)
def resume_imports() -> None:
    importing.resume_stale(run_import.delay)
    undoing.resume(undo_import.delay)


@shared_task(base=DjangoTask)
def undo_import(import_id: int) -> None:
    undoing.run(import_id)


@shared_task(base=DjangoTask)
def tidy() -> None:
    tidying.tidy()
    seeing.note()
    learning.learn()
    suppression.expire()
