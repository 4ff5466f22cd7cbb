"""An address is mailed again when no reason is left; everybody lifts their own and no other's."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.audience import forgetting, suppression, tasks, tokens, unsubscribing
from campaigns.audience.imports import undoing
from campaigns.audience.models import Suppression
from tests import world
from tests.audience.files import import_file

pytestmark = pytest.mark.django_db
ADDRESS = "ann@example.com"


@pytest.fixture
def news(workspace):
    return world.make_list(workspace, name="News")


@pytest.fixture
def ann(workspace, news):
    return world.make_contact(workspace, on=news, email=ADDRESS)


def reasons(workspace) -> set[str]:
    return {one.reason for one in suppression.reasons(workspace.pk, ADDRESS)}


def is_mailed(workspace, news) -> bool:
    return bool(workspace.contacts.mailable(workspace.pk, [news.pk]).exists())


def test_a_persons_own_undo_leaves_a_members_stop(client, workspace, news, ann):
    suppression.suppress(workspace.pk, [ann.fingerprint], "manual")
    token = tokens.unsubscribe_token(ann.pk)
    client.post(reverse("audience:stop_mail", args=[token]))
    assert reasons(workspace) == {"manual", "unsubscribed_all"}
    client.post(reverse("audience:undo_unsubscribe", args=[token]))
    assert reasons(workspace) == {"manual"}
    assert ann.subscriptions.subscribed().exists() and not is_mailed(workspace, news)
    client.post(reverse("audience:preferences", args=[token]), {"list": [news.pk]})
    assert reasons(workspace) == {"manual"}


@pytest.mark.parametrize("own", ["unsubscribed_all", "complaint"])
@pytest.mark.parametrize("first", ["manual", "theirs"])
def test_a_member_leaves_what_the_person_said(alice, workspace, news, ann, own, first):
    for reason in ("manual", own) if first == "manual" else (own, "manual"):
        suppression.suppress(workspace.pk, [ann.fingerprint], reason)
    suppression.suppress(workspace.pk, [ann.fingerprint], "hard_bounce")
    page = alice.post(reverse("audience:check_suppression"), {"entry": ADDRESS}).text
    for reason in ("manual", own, "hard_bounce"):
        assert str(Suppression.Reason(reason).label) in page
    assert "Allow mail again" in page
    form = {"entry": ADDRESS, "why": "Was a mistake"}
    after = alice.post(reverse("audience:lift_suppression"), form, follow=True).text
    assert f"It stays unmailed: {Suppression.Reason(own).label}." in after
    assert reasons(workspace) == {own} and not is_mailed(workspace, news)


def test_it_is_mailed_again_when_no_reason_is_left(client, alice, workspace, news, ann):
    unsubscribing.stop_everything(ann.pk, None, None)
    suppression.suppress(workspace.pk, [ann.fingerprint], "manual")
    assert suppression.lift_entry(workspace.pk, ADDRESS)
    assert not is_mailed(workspace, news)
    client.post(reverse("audience:undo_unsubscribe", args=[tokens.unsubscribe_token(ann.pk)]))
    assert reasons(workspace) == set() and is_mailed(workspace, news)


def test_the_contacts_page_and_their_own_data_tell_all_reasons(alice, workspace, ann):
    suppression.suppress(workspace.pk, [ann.fingerprint], "manual", note="By letter")
    suppression.suppress(workspace.pk, [ann.fingerprint], "complaint")
    page = alice.get(reverse("audience:contact", args=[ann.pk])).text
    assert "Added by a member" in page and "By letter" in page and "Reported as spam" in page


def test_an_address_with_two_reasons_counts_once(alice, workspace, ann):
    for reason in ("manual", "complaint"):
        suppression.suppress(workspace.pk, [ann.fingerprint], reason)
    shown = alice.get(reverse("audience:suppressions")).context
    assert dict(shown["reasons"])["Reported as spam"] == 1
    assert shown["total"] == 1


@pytest.mark.django_db(transaction=True)
def test_a_file_adds_its_reason_and_undoing_takes_only_that(workspace, news, ann):
    suppression.suppress(workspace.pk, [ann.fingerprint], "manual")
    one = import_file(news, b"email,status\nann@example.com,complained\n")
    assert reasons(workspace) == {"manual", "complaint"}
    assert (one.newly_suppressed, one.kept_suppressed) == (0, 1)
    assert undoing.start(one)
    undoing.run(one.pk)
    assert reasons(workspace) == {"manual"}


def test_who_is_erased_keeps_that_reason_alone(workspace, ann):
    for reason in ("manual", "complaint"):
        suppression.suppress(workspace.pk, [ann.fingerprint], reason, 5, note="By letter")
    for _twice in range(2):
        forgetting.forget([ann.pk])
    row = Suppression.objects.get()
    assert (row.reason, row.source, row.note, row.campaign_id) == ("erased", "erasure", "", None)


def test_what_was_full_for_long_is_mailed_again_and_nothing_else_ends_by_itself(workspace, ann):
    others = set(Suppression.Reason.values) - {Suppression.Reason.DOMAIN, "soft_bounces"}
    for reason in (*others, "soft_bounces"):
        suppression.suppress(workspace.pk, [ann.fingerprint], reason)
    Suppression.objects.update(at=timezone.now() - suppression.SOFT_KEPT - timedelta(days=1))
    ben = world.make_contact(workspace, email="ben@example.com")
    suppression.suppress(workspace.pk, [ben.fingerprint], "soft_bounces")
    tasks.tidy()
    assert reasons(workspace) == others
    assert suppression.find(workspace.pk, ben.email) is not None
