"""Remove what imports leave behind: it is full of people, and nothing needs it any more."""

from datetime import timedelta

from django.db import connection
from django.utils import timezone

from campaigns.audience.imports import staging
from campaigns.audience.models import Import, ImportBefore, ImportRemark

UPLOADS_KEPT = timedelta(days=7)
REMARKS_KEPT = timedelta(days=90)


def tidy() -> None:
    """Delete uploads that are imported or were never mapped, old remarks, stray staging tables."""
    status = Import.Status
    over = [status.DONE, status.FAILED, status.CANCELLED, status.UNDONE]
    for one in Import.objects.filter(status__in=over).exclude(file=""):
        drop_file(one)
    before = timezone.now() - UPLOADS_KEPT
    for one in Import.objects.filter(
        status__in=[status.UPLOADED, status.REHEARSED], created_at__lt=before
    ):
        discard(one)
    ImportRemark.objects.filter(of__finished_at__lt=timezone.now() - REMARKS_KEPT).delete()
    ImportBefore.objects.filter(of__finished_at__lt=timezone.now() - REMARKS_KEPT).exclude(
        of__status=status.UNDOING
    ).delete()
    for import_id in _staged() - set(Import.objects.with_staged().values_list("pk", flat=True)):
        staging.drop(import_id)


def discard(one: Import) -> None:
    """Forget an import that waits for a member's word: its file, its rows and itself."""
    delete_upload(one)
    staging.drop(one.pk)
    one.delete()


def drop_stopped(import_id: int) -> None:
    """Remove what a cancelled or deleted import has staged; another worker's is left alone."""
    one = Import.objects.filter(pk=import_id).first()
    if one is None:
        staging.drop(import_id)
    elif one.status == Import.Status.CANCELLED:
        staging.drop(import_id)
        one.remarks.all().delete()
        drop_file(one)


def drop_file(one: Import) -> None:
    """Delete the uploaded file of an import."""
    if one.file:
        delete_upload(one)
        Import.objects.filter(pk=one.pk).update(file="")


def delete_upload(one: Import) -> None:
    """Delete the file alone; the import itself may be gone already."""
    one.file.delete(save=False)


def _staged() -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT substring(tablename from '[0-9]+$')::bigint FROM pg_tables"
            " WHERE schemaname = current_schema() AND tablename ~ '^audience_staged_[0-9]+$'"
        )
        return {row[0] for row in cursor.fetchall()}
