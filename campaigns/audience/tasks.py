"""Celery's way into the audience: ids in, one verb, nothing out."""

from celery import shared_task
from celery.contrib.django.task import DjangoTask

from campaigns.audience import (
    deleting,
    fields,
    learning,
    list_bits_querysets,
    moving,
    retyping,
    seeing,
    suppression,
    wording,
)
from campaigns.audience.bulk import running
from campaigns.audience.duplicates import looking, sweeping
from campaigns.audience.imports import importing, tidying, undoing
from campaigns.audience.models import Contact
from campaigns.audience.segments import counting
from campaigns.audience.sign_ups import signing_up


@shared_task(base=DjangoTask)
def run_import(import_id: int) -> None:
    importing.run(import_id)
    if wording.is_waiting():
        note_words.delay()
    if list_bits_querysets.is_noted():
        renew_list_bits.delay()


@shared_task(base=DjangoTask)
def note_words() -> None:
    wording.note_waiting()


@shared_task(base=DjangoTask)
def renew_list_bits() -> None:
    list_bits_querysets.renew()


@shared_task(base=DjangoTask)
def resume_imports() -> None:
    importing.resume_stale(run_import.delay)
    undoing.resume(undo_import.delay)
    running.resume(run_bulk_edit.delay)
    retyping.resume(retype_field.delay)
    looking.resume(look_for_duplicates.delay)
    deleting.resume(delete_list.delay)
    sweeping.resume(sweep_duplicates.delay)
    # Also where a worker was killed at it, or the ring was lost.
    if wording.is_waiting():
        note_words.delay()
    if list_bits_querysets.is_noted():
        renew_list_bits.delay()


@shared_task(base=DjangoTask)
def run_bulk_edit(edit_id: int) -> None:
    """To its end, or to the end of its undoing: whichever it was told."""
    running.run(edit_id)


@shared_task(base=DjangoTask)
def delete_list(list_id: int) -> None:
    deleting.run(list_id)


@shared_task(base=DjangoTask)
def undo_import(import_id: int) -> None:
    undoing.run(import_id)


@shared_task(base=DjangoTask)
def count_segment(segment_id: int) -> None:
    counting.count_saved(segment_id)


@shared_task(base=DjangoTask)
def retype_field(field_id: int) -> None:
    retyping.run(field_id)


@shared_task(base=DjangoTask)
def look_for_duplicates(workspace_id: int) -> None:
    looking.look(workspace_id)


@shared_task(base=DjangoTask)
def sweep_duplicates(sweep_id: int) -> None:
    sweeping.run(sweep_id)


@shared_task(base=DjangoTask)
def strip_fields() -> None:
    fields.strip_leaving()


@shared_task(base=DjangoTask)
def tidy() -> None:
    tidying.tidy()
    seeing.note()
    learning.learn()
    suppression.expire()
    fields.strip_leaving()
    signing_up.expire()
    running.tidy()
    looking.renew()


@shared_task(base=DjangoTask, ignore_result=True)
def mail_sign_up(sign_up_id: int) -> None:
    signing_up.mail(sign_up_id)


@shared_task(base=DjangoTask, ignore_result=True)
def welcome(contact_id: int, form_id: int) -> None:
    signing_up.welcome(contact_id, form_id)


@shared_task(base=DjangoTask, ignore_result=True)
def look_at_sign_ups() -> None:
    """Ring for the mails whose ring was lost, or which a server did not take."""
    for sign_up_id in signing_up.unmailed():
        mail_sign_up.delay(sign_up_id)


@shared_task(base=DjangoTask, ignore_result=True)
def ask_to_move(contact_id: int, wrapped: str) -> None:
    """Beside the id goes, encrypted, what is kept nowhere before it is confirmed."""
    contact = Contact.objects.select_related("workspace").filter(pk=contact_id).first()
    if contact is not None:
        moving.ask(contact, moving.unwrap(wrapped))


@shared_task(base=DjangoTask, ignore_result=True)
def mail_new_address(contact_id: int, wrapped: str) -> None:
    contact = Contact.objects.select_related("workspace").filter(pk=contact_id).first()
    if contact is not None:
        moving.mail(contact, moving.unwrap(wrapped))


@shared_task(base=DjangoTask, ignore_result=True)
def tell_old_address(contact_id: int, wrapped: str) -> None:
    contact = Contact.objects.select_related("workspace").filter(pk=contact_id).first()
    if contact is not None:
        moving.tell_the_old(contact, moving.unwrap(wrapped))
