"""Celery's way into composing: one verb, nothing out."""

from celery import shared_task
from celery.contrib.django.task import DjangoTask

from campaigns.composing.pictures import keeping


@shared_task(base=DjangoTask, ignore_result=True)
def tidy_pictures() -> None:
    keeping.tidy()
