"""What readers, marketers and owners may do about people's consent, door by door.

All may take the ledger along. Who may change anything can take a yes back for a person, and
can put them on a list only on a basis that is kept with its author; nobody can say yes to being
measured for them.
"""

import json

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.accounts.models import AuditEntry, Member
from campaigns.audience import consent, suppression
from campaigns.audience.models import ConsentEntry, Suppression
from tests import world

pytestmark = pytest.mark.django_db(transaction=True)

ROLES = [Member.Role.READER, Member.Role.MARKETER, Member.Role.OWNER]
WORKING = ROLES[1:]


@pytest.fixture
def ann(workspace):
    ann = world.make_contact(workspace, email="ann@example.com")
    consent.grant(ann, consent.Evidence("preferences", notice="May we?"))
    return ann


@pytest.fixture
def user(workspace, role):
    return world.make_member(workspace, role=role)


@pytest.fixture
def browser(user):
    client = Client()
    client.force_login(user)
    return client


def said(contact):
    """Return the states in the ledger's order."""
    return list(contact.consent_entries.order_by("pk").values_list("purpose", "state"))


@pytest.mark.parametrize("role", ROLES)
def test_everybody_takes_the_ledger_along_of_one_and_of_all(browser, ann, role):
    page = browser.get(reverse("audience:contact", args=[ann.pk])).content.decode()
    own = reverse("audience:export_own_ledger_json", args=[ann.pk])
    assert own in page
    for address in (own, reverse("audience:export_ledger_json")):
        [line] = json.loads(b"".join(browser.get(address).streaming_content))
        assert (line["email"], line["state"]) == ("ann@example.com", "granted")


@pytest.mark.parametrize("role", ROLES)
def test_a_suppression_goes_only_with_a_reason_and_an_entry_in_the_log(
    browser, user, workspace, ann, role
):
    suppression.suppress(workspace.pk, [ann.fingerprint], Suppression.Reason.MANUAL)
    given = {"entry": "ann@example.com", "why": "She asked us to"}
    response = browser.post(reverse("audience:lift_suppression"), given)
    log = AuditEntry.objects.filter(action="suppression_lifted")
    if role == Member.Role.READER:
        assert response.status_code == 403 and not log.exists()
        assert suppression.find(workspace.pk, "ann@example.com")
        return
    assert suppression.find(workspace.pk, "ann@example.com") is None
    assert (log.get().user, log.get().details["why"]) == (user, "She asked us to")


@pytest.mark.parametrize("role", ROLES)
def test_a_yes_to_being_measured_is_taken_back_for_them_and_never_given(
    browser, user, workspace, ann, role
):
    stop = reverse("audience:stop_measuring", args=[ann.pk])
    page = browser.get(reverse("audience:contact", args=[ann.pk])).content.decode()
    assert (stop in page) == (role != Member.Role.READER)
    response = browser.post(stop)
    if role == Member.Role.READER:
        assert response.status_code == 403
        assert said(ann) == [("both", "granted")]
        return
    assert said(ann) == [("both", "granted"), ("both", "withdrawn")]
    entry = ann.consent_entries.latest("pk")
    assert (entry.source, entry.actor) == (ConsentEntry.Source.MEMBER, user)
    # It cannot be given back: not by the contact's form, not by that of many.
    form = {"email": "ann@example.com", "measuring": "granted", "opens": "granted"}
    browser.post(reverse("audience:edit_contact", args=[ann.pk]), form)
    browser.post(reverse("audience:choose_people"), {"person": [ann.pk]})
    many = reverse("audience:bulk_edit", args=[workspace.bulk_edits.get().pk])
    assert browser.post(many, {"action": "grant_measuring"}).status_code == 422
    ann.refresh_from_db()
    assert set(consent.answers(ann).values()) == {"withdrawn"}


@pytest.mark.parametrize("basis", [{}, {"basis": "other"}, {"basis": "because"}])
@pytest.mark.parametrize("role", WORKING)
def test_nobody_comes_onto_a_list_without_a_basis(browser, workspace, ann, role, basis):
    onto = world.make_list(workspace)
    before = said(ann)
    browser.post(reverse("audience:subscribe", args=[ann.pk]), {"list": onto.pk, **basis})
    added = {"email": "new@example.com", **basis}
    response = browser.post(reverse("audience:add_contact", args=[onto.pk]), added)
    assert response.status_code == 422
    browser.post(reverse("audience:choose_people"), {"person": [ann.pk]})
    many = reverse("audience:bulk_edit", args=[workspace.bulk_edits.get().pk])
    asked = {"action": "subscribe", "onto": onto.pk, **basis}
    assert browser.post(many, asked).status_code == 422
    assert not onto.subscriptions.exists() and said(ann) == before
    assert not workspace.contacts.filter(email="new@example.com").exists()


@pytest.mark.parametrize("role", ROLES)
def test_a_stated_basis_is_kept_with_who_stated_it(browser, user, workspace, ann, role):
    onto = world.make_list(workspace, name="News")
    asked = {"list": onto.pk, "basis": "other", "basis_note": "On a card at the fair"}
    response = browser.post(reverse("audience:subscribe", args=[ann.pk]), asked)
    if role == Member.Role.READER:
        assert response.status_code == 403 and not onto.subscriptions.exists()
        return
    entry = ann.consent_entries.latest("pk")
    # Another basis than consent is no yes of hers.
    assert (entry.purpose, entry.state, entry.actor) == ("mail", "unknown", user)
    assert entry.evidence["note"] == "On a card at the fair"
