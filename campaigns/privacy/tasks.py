"""Celery's way into privacy: ids in, one verb, nothing out."""

from celery import shared_task
from celery.contrib.django.task import DjangoTask

from campaigns.audience.models import Contact
from campaigns.privacy import links
from campaigns.sending import fence


@shared_task(base=DjangoTask, ignore_result=True)
def mail_link(contact_id: int) -> None:
    contact = Contact.objects.select_related("workspace").filter(pk=contact_id).first()
    if contact is not None and fence.check():
        links.send(contact)
