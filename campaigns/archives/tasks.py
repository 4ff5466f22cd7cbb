"""Celery's way into archives: ids in, one verb, nothing out."""

from celery import shared_task
from celery.contrib.django.task import DjangoTask

from campaigns.archives import keeping, working
from campaigns.archives.models import Archive, Restoration


@shared_task(base=DjangoTask, ignore_result=True)
def make_archive(archive_id: int) -> None:
    keeping.make(archive_id)


@shared_task(base=DjangoTask, ignore_result=True)
def restore_archive(restoration_id: int) -> None:
    keeping.restore(restoration_id)


@shared_task(base=DjangoTask, ignore_result=True)
def look() -> None:
    """Ring for what a lost ring or a killed worker left behind."""
    working.resume(Archive, make_archive.delay)
    working.resume(Restoration, restore_archive.delay)


@shared_task(base=DjangoTask, ignore_result=True)
def tidy() -> None:
    keeping.tidy()
