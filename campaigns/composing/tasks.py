"""Celery's way into composing: one verb, nothing out."""

from celery import shared_task
from celery.contrib.django.task import DjangoTask

from campaigns.composing.pictures import keeping
from campaigns.composing.proofing import looking


@shared_task(base=DjangoTask, ignore_result=True)
def tidy_pictures() -> None:
    keeping.tidy()


@shared_task(base=DjangoTask, ignore_result=True)
def look_at_links(workspace_id: int) -> None:
    looking.run(workspace_id)


@shared_task(base=DjangoTask, ignore_result=True)
def tidy_looks() -> None:
    looking.tidy()
