"""Celery's way into the reports: ids in, one verb, nothing out."""

from celery import shared_task
from celery.contrib.django.task import DjangoTask

from campaigns.reports import days, posting, providers, scheduling
from campaigns.sending import fence

RING = 240
MAIL_RING = 50


@shared_task(base=DjangoTask, ignore_result=True)
def look_at_days() -> None:
    """Ring for the workspaces whose days are to be counted."""
    days.begin()
    for workspace_id in days.due():
        count_days.apply_async((workspace_id,), expires=RING)


@shared_task(base=DjangoTask, ignore_result=True)
def count_days(workspace_id: int) -> None:
    days.count(workspace_id)


@shared_task(base=DjangoTask, ignore_result=True)
def look_at_mailboxes() -> None:
    """Ring for the large campaigns whose mailbox providers are to be counted."""
    for campaign_id in providers.due():
        count_mailboxes.apply_async((campaign_id,), expires=RING)


@shared_task(base=DjangoTask, ignore_result=True)
def count_mailboxes(campaign_id: int) -> None:
    if campaign_id in providers.due():
        providers.count(campaign_id)


@shared_task(base=DjangoTask, ignore_result=True)
def look_at_schedules() -> None:
    """Make the mails of reports that are due, and ring for each; a copy mails nobody."""
    if not fence.check():
        return
    for mail_id in scheduling.look():
        send_report.apply_async((mail_id,), expires=MAIL_RING)


@shared_task(base=DjangoTask, ignore_result=True)
def tidy() -> None:
    scheduling.forget()


@shared_task(base=DjangoTask, ignore_result=True)
def send_report(mail_id: int) -> None:
    if fence.check():
        posting.send(mail_id)
