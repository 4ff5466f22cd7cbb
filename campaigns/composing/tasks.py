"""Celery's way into composing: one verb, nothing out."""

from celery import shared_task
from celery.contrib.django.task import DjangoTask

from campaigns.audience import tasks
from campaigns.composing.approving import passing_on, telling
from campaigns.composing.pictures import keeping
from campaigns.composing.proofing import looking
from campaigns.composing.sunset import ending
from campaigns.composing.thumbnails import taking


@shared_task(base=DjangoTask, ignore_result=True)
def tidy_pictures() -> None:
    keeping.tidy()


@shared_task(base=DjangoTask, ignore_result=True)
def tell_asked(approval_id: int, asked_of: int) -> None:
    telling.tell(approval_id, asked_of)


@shared_task(base=DjangoTask, ignore_result=True)
def pass_comments_on() -> None:
    for campaign_id in passing_on.due():
        passing_on.pass_on(campaign_id)


@shared_task(base=DjangoTask, ignore_result=True)
def look_at_links(workspace_id: int) -> None:
    looking.run(workspace_id)


@shared_task(base=DjangoTask, ignore_result=True)
def tidy_looks() -> None:
    looking.tidy()


@shared_task(base=DjangoTask, ignore_result=True)
def take_thumbnails() -> None:
    taking.take()


@shared_task(base=DjangoTask, ignore_result=True)
def end_sunset_rounds() -> None:
    for edit_id in ending.end_by_themselves():
        tasks.run_bulk_edit.delay(edit_id)
