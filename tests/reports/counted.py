"""Days of lists for tests: who joins and leaves when, counted, and read off the page's rows."""

from datetime import timedelta

from django.http import QueryDict
from django.utils import timezone

from campaigns.accounts.models import Workspace
from campaigns.audience import unsubscribing
from campaigns.audience.models import Subscription, Unsubscription
from campaigns.reports import days, growth
from campaigns.reports.models import DayCounting
from campaigns.reports.periods import Wanted
from tests import world


def at_midday(workspace):
    """Move the workspace to where it is about midday, so that no test sees the next day."""
    zone = f"Etc/GMT{timezone.now().hour - 12:+d}"
    Workspace.objects.filter(pk=workspace.pk).update(time_zone=zone)
    workspace.refresh_from_db()
    return workspace


def count(workspace):
    days.begin()
    DayCounting.objects.update(next_at=timezone.now() - timedelta(minutes=1))
    assert days.count(workspace.pk)


def join(workspace, on, at, **fields):
    contact = world.make_contact(workspace, on, **fields)
    Subscription.objects.filter(contact=contact, list=on).update(subscribed_at=at)
    return contact


def leave(contact, at, source="page"):
    unsubscribing.unsubscribe(contact.pk, None, None, source)
    Unsubscription.objects.filter(contact=contact).update(at=at)
    Subscription.objects.filter(contact=contact).update(unsubscribed_at=at)


def seen(workspace, query=""):
    return growth.of(workspace, Wanted.of(QueryDict(query)))


def on(found, ago, **what):
    """The row of the day so many days ago has these figures."""
    day = found.today - timedelta(days=ago)
    row = next(row for row in found.rows if row.start == day)
    assert {name: getattr(row, name) for name in what} == what
