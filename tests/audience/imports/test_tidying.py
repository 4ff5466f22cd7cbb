"""What imports leave behind does not stay."""

from datetime import timedelta

from django.core.files.storage import default_storage
from django.utils import timezone

from campaigns.audience import suppression, tasks
from campaigns.audience.imports import staging, tidying
from campaigns.audience.models import Import, ImportRemark, Suppression
from tests import world
from tests.audience.files import import_file, make_import

CONTENT = b"email\nann@example.com\nbroken\n"


def test_uploads_that_nobody_mapped_go_after_a_week(workspace):
    readers = world.make_list(workspace)
    old, new = make_import(readers, CONTENT), make_import(readers, CONTENT)
    old_file = str(old.file.name)
    Import.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=8))
    tidying.tidy()
    assert list(Import.objects.all()) == [new]
    assert not default_storage.exists(old_file) and default_storage.exists(str(new.file.name))


def test_the_file_of_a_worker_killed_after_its_work_goes(workspace):
    one = make_import(world.make_list(workspace), CONTENT)
    Import.objects.filter(pk=one.pk).update(status="done")
    tidying.tidy()
    one.refresh_from_db()
    assert not one.file


def test_remarks_go_after_three_months_and_their_counts_stay(workspace):
    one = import_file(world.make_list(workspace), CONTENT)
    tidying.tidy()
    assert ImportRemark.objects.count() == 1
    Import.objects.update(finished_at=timezone.now() - timedelta(days=91))
    tidying.tidy()
    one.refresh_from_db()
    assert (ImportRemark.objects.count(), one.rejected) == (0, 1)


def test_staging_tables_without_an_import_go(workspace):
    running = make_import(world.make_list(workspace), CONTENT)
    Import.objects.filter(pk=running.pk).update(status="running")
    staging.create(running.pk)
    staging.create(999_999_999)
    tidying.tidy()
    assert staging.count(running.pk) == 0
    assert staging.count(999_999_999) is None


def test_who_was_given_up_is_tried_again_after_half_a_year_and_nobody_else(workspace):
    reasons = Suppression.Reason
    for number, reason in enumerate(reasons.values):
        suppression.suppress(workspace.pk, [bytes([number]) * 16], reason)
    tasks.tidy()
    assert Suppression.objects.count() == len(reasons)
    Suppression.objects.update(at=timezone.now() - timedelta(days=181))
    tasks.tidy()
    left = set(Suppression.objects.values_list("reason", flat=True))
    assert left == set(reasons.values) - {reasons.SOFT_BOUNCES}
