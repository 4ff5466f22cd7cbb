"""The members' pages of the audience: they work, they search, and strangers get 404."""

import pytest
from django.urls import reverse

from campaigns.audience import consent, suppression, unsubscribing
from campaigns.audience.models import (
    ConsentEntry,
    Contact,
    List,
    Purpose,
    Subscription,
)
from tests import world


@pytest.fixture
def readers(workspace):
    return world.make_list(workspace, name="Readers")


@pytest.fixture
def ann(workspace, readers):
    return world.make_contact(
        workspace, on=readers, email="ann@example.com", first_name="Ann", last_name="Ray"
    )


def emails(response):
    return [contact.email for contact in response.context["page"]]


def test_an_empty_workspace_says_what_to_do(alice):
    assert b"Make the first list" in alice.get(reverse("audience:lists")).content
    assert b"No contacts yet" in alice.get(reverse("audience:contacts")).content


def test_a_list_is_made_renamed_and_deleted_after_asking(alice, workspace):
    response = alice.post(reverse("audience:new_list"), {"name": "Readers"})
    one = List.objects.get(workspace=workspace)
    assert response.url == reverse("audience:list", args=[one.pk])
    assert b"Nobody is on this list yet" in alice.get(response.url).content
    alice.post(reverse("audience:edit_list", args=[one.pk]), {"name": "Friends"})
    one.refresh_from_db()
    assert one.name == "Friends"
    ann = world.make_contact(workspace, on=one)
    address = reverse("audience:delete_list", args=[one.pk])
    assert b"1 person is subscribed" in alice.get(address).content
    assert List.objects.exists()
    alice.post(address)
    assert not List.objects.exists()
    assert Contact.objects.get() == ann
    actions = list(workspace.audit.order_by("pk").values_list("action", flat=True))
    assert actions == ["list_added", "list_changed", "list_deleted"]


def test_two_lists_of_one_name_are_refused_at_the_field(alice, readers):
    response = alice.post(reverse("audience:new_list"), {"name": "Readers"})
    assert response.status_code == 422
    assert response.context["form"].errors["name"]


def test_lists_show_their_counts(alice, readers, ann, workspace):
    gone = world.make_contact(workspace, on=readers)
    unsubscribing.unsubscribe_from(gone, [readers], "member")
    row = alice.get(reverse("audience:lists")).context["lists"][0]
    assert (row.subscribed, row.unsubscribed) == (1, 1)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "Cats Dogs Readers"),
        ("sort=-name", "Readers Dogs Cats"),
        ("sort=-subscribed", "Readers Cats Dogs"),
        ("sort=created", "Readers Dogs Cats"),
        ("sort=-left", "Dogs Cats Readers"),
        ("q=DOG", "Dogs"),
        ("q=purring+small", "Cats"),
        ("q=fish", ""),
        ("q=%00&sort=nonsense", "Cats Dogs Readers"),
    ],
)
def test_lists_are_searched_and_sorted(alice, readers, ann, workspace, query, found):
    dogs = world.make_list(workspace, name="Dogs")
    world.make_list(workspace, name="Cats", description="Small and purring")
    gone = world.make_contact(workspace, on=dogs)
    unsubscribing.unsubscribe_from(gone, [dogs], "member")
    page = alice.get(reverse("audience:lists") + f"?{query}")
    assert [one.name for one in page.context["lists"]] == found.split()
    assert ("No list like that" in page.text) == (not found)
    assert "New list" in page.text


def test_people_are_added_from_the_page_of_all_contacts(alice, readers, ann, workspace):
    """With one list straight into it, with several after a choice, with a filter into its list."""
    import_here = reverse("audience:upload", args=[readers.pk])
    contacts = reverse("audience:contacts")
    page = alice.get(contacts).text
    assert import_here in page
    assert reverse("audience:add_contact", args=[readers.pk]) in page
    other = world.make_list(workspace, name="Dogs")
    page = alice.get(contacts).text
    assert "On which list?" in page
    assert reverse("audience:upload", args=[other.pk]) in page
    page = alice.get(f"{contacts}?list={other.pk}").text
    assert reverse("audience:upload", args=[other.pk]) in page
    assert import_here not in page


def test_a_workspace_without_people_leads_to_importing(alice, workspace):
    assert reverse("audience:new_list") in alice.get(reverse("audience:contacts")).text
    one = world.make_list(workspace, name="News")
    page = alice.get(reverse("audience:contacts")).text
    assert reverse("audience:upload", args=[one.pk]) in page


@pytest.fixture
def crowd(workspace, readers):
    other = world.make_list(workspace, name="Other")
    people = {
        name: world.make_contact(
            workspace, on=readers, email=f"{name}@example.com", first_name=name.title()
        )
        for name in ("bob", "cid", "dee")
    }
    world.make_contact(workspace, on=other, email="eve@example.com", measuring="granted")
    unsubscribing.unsubscribe_from(people["cid"], [readers], "member")
    suppression.suppress(workspace.pk, [people["dee"].fingerprint], "complaint")
    return other


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("sort=email", "bob cid dee"),
        ("sort=-email", "dee cid bob"),
        ("sort=email&status=subscribed", "bob dee"),
        ("sort=email&status=unsubscribed", "cid"),
        ("sort=email&status=suppressed", "dee"),
        ("q=CID", "cid"),
        ("q=bob%40ex", "bob"),
        ("q=nobody", ""),
        ("measuring=granted", ""),
        ("sort=nonsense&status=nonsense&measuring=nonsense&page=99", "dee bob cid"),
    ],
)
def test_people_of_a_list_are_searched_filtered_and_sorted(alice, readers, crowd, query, found):
    response = alice.get(reverse("audience:list", args=[readers.pk]) + f"?{query}")
    names = [email.removesuffix("@example.com") for email in emails(response)]
    if "nonsense" in query:
        assert sorted(names) == sorted(found.split())
    else:
        assert names == found.split()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("sort=email", "bob cid dee eve"),
        ("sort=-name", "dee cid bob eve"),
        ("measuring=granted", "eve"),
        ("sort=email&status=subscribed", "bob dee eve"),
        ("list=OTHER", "eve"),
        ("list=0%27;drop", ""),
    ],
)
def test_contacts_are_searched_filtered_and_sorted(alice, crowd, query, found):
    query = query.replace("OTHER", str(crowd.pk))
    response = alice.get(reverse("audience:contacts") + f"?{query}")
    assert [email.removesuffix("@example.com") for email in emails(response)] == found.split()


def test_long_lists_are_paged_in_few_queries(
    alice, workspace, readers, django_assert_max_num_queries
):
    for _n in range(60):
        world.make_contact(workspace, on=readers)
    for address in (reverse("audience:contacts"), reverse("audience:list", args=[readers.pk])):
        with django_assert_max_num_queries(30):
            first = alice.get(address)
            response = alice.get(f"{address}?at={first.context['page'].next}")
        assert len(response.context["page"]) == 10


def test_a_person_is_added_by_hand(alice, workspace, readers):
    address = reverse("audience:add_contact", args=[readers.pk])
    assert alice.get(address).status_code == 200
    values = {"email": " Zoë@example.com", "basis": "consent"}
    response = alice.post(address, values)
    assert response.status_code == 422 and response.context["form"].errors["email"]
    values |= {"email": "Zoe@BÜCHER.example", "first_name": "Zoë", "basis": "other"}
    assert alice.post(address, values).context["form"].errors["basis_note"]
    response = alice.post(address, values | {"basis_note": "Members by law"})
    contact = workspace.contacts.get()
    assert response.url == reverse("audience:contact", args=[contact.pk])
    assert contact.email == "Zoe@xn--bcher-kva.example"
    row = contact.subscriptions.get()
    assert (row.list, row.basis, row.basis_note) == (readers, "other", "Members by law")
    assert "Zoe@bücher.example" in alice.get(response.url).content.decode()


def test_a_suppressed_person_cannot_be_added(alice, workspace, readers, ann):
    suppression.suppress(workspace.pk, [ann.fingerprint], "complaint")
    other = world.make_list(workspace)
    address = reverse("audience:add_contact", args=[other.pk])
    response = alice.post(address, {"email": "ANN@example.com", "basis": "consent"})
    assert "must not be mailed" in response.context["form"].errors["email"][0]
    assert not ann.subscriptions.filter(list=other).exists()


def test_a_contact_is_edited(alice, workspace, ann):
    workspace.contact_fields.create(key="company", label="Company")
    address = reverse("audience:edit_contact", args=[ann.pk])
    values = {
        "email": "Ann.Ray@example.com",
        "first_name": "Anna",
        "language": "Dutch",
        "country": "Netherlands",
        "time_zone": "europe/amsterdam",
        "field_company": "Acme",
    }
    assert alice.post(address, values).status_code == 302
    ann.refresh_from_db()
    assert (ann.email, ann.email_key) == ("Ann.Ray@example.com", "ann.ray@example.com")
    assert (ann.first_name, ann.last_name) == ("Anna", "")
    assert (ann.language, ann.country, ann.time_zone) == ("nl", "NL", "Europe/Amsterdam")
    assert ann.fields == {"company": "Acme"}
    suppression.suppress(workspace.pk, [ann.fingerprint], "manual")
    assert suppression.find(workspace.pk, "ann.ray@example.com")


def test_an_address_that_another_contact_has_is_refused(alice, workspace, ann):
    world.make_contact(workspace, email="bob@example.com")
    address = reverse("audience:edit_contact", args=[ann.pk])
    response = alice.post(address, {"email": "BOB@example.com", "country": "Narnia"})
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"email", "country"}


def test_a_member_unsubscribes_and_subscribes_someone(alice, member, readers, ann):
    alice.post(reverse("audience:unsubscribe_contact", args=[ann.pk, readers.pk]))
    assert ann.subscriptions.get().status == Subscription.Status.UNSUBSCRIBED
    assert ann.unsubscriptions.get().source == "member"
    address = reverse("audience:subscribe", args=[ann.pk])
    alice.post(address, {"list": readers.pk, "basis": "customer"})
    row = ann.subscriptions.get()
    assert (row.status, row.basis) == ("subscribed", "customer")


def test_who_left_themselves_comes_back_only_with_a_note(alice, readers, ann):
    unsubscribing.unsubscribe(ann.pk, 7, 8, "one_click")
    address = reverse("audience:subscribe", args=[ann.pk])
    alice.post(address, {"list": readers.pk, "basis": "consent"})
    assert ann.subscriptions.get().status == "unsubscribed"
    alice.post(
        address, {"list": readers.pk, "basis": "consent", "basis_note": "Asked by phone, 3 May"}
    )
    assert ann.subscriptions.get().status == "subscribed"


def test_a_member_stops_measuring_and_cannot_start_it(alice, member, ann):
    Contact.objects.filter(pk=ann.pk).update(measuring="granted")
    alice.post(reverse("audience:stop_measuring", args=[ann.pk]))
    ann.refresh_from_db()
    assert (ann.measuring, ann.consent_epoch) == ("withdrawn", 1)
    entry = ConsentEntry.objects.get()
    assert (entry.state, entry.source, entry.actor) == ("withdrawn", "member", member)
    page = alice.get(reverse("audience:contact", args=[ann.pk])).content.decode()
    assert "Stop measuring them" not in page and "alice@example.org" in page


def test_names_that_are_markup_stay_text(alice, workspace, readers):
    nasty = "<script>alert(1)</script>"
    contact = world.make_contact(workspace, on=readers, first_name=nasty, fields={"company": nasty})
    workspace.contact_fields.create(key="company", label=nasty)
    for address in (
        reverse("audience:contacts"),
        reverse("audience:list", args=[readers.pk]),
        reverse("audience:contact", args=[contact.pk]),
        reverse("audience:edit_contact", args=[contact.pk]),
    ):
        assert nasty not in alice.get(address).content.decode()


def test_a_list_may_be_stricter_than_the_workspace(alice, readers):
    page = reverse("audience:edit_list", args=[readers.pk])
    alice.post(page, {"name": "Patients", "policy": "strict", "tracking": "aggregate"})
    readers.refresh_from_db()
    assert (readers.policy, readers.tracking) == ("strict", "aggregate")
    assert "The stricter of this and the workspace" in alice.get(page).text
    assert alice.post(page, {"name": "Patients", "tracking": "everything"}).status_code == 422


def test_a_contacts_page_shows_both_answers_and_the_words(alice, workspace):
    ann = world.make_contact(workspace)
    evidence = consent.Evidence(ConsentEntry.Source.PREFERENCES, notice="May we see <clicks>?")
    consent.grant(ann, evidence, [Purpose.CLICKS])
    page = alice.get(reverse("audience:contact", args=[ann.pk])).text
    assert "Which links are followed" in page and "When mails are opened" in page
    assert "May we see &lt;clicks&gt;?" in page
    assert "Words no. 1, SHA-256" in page


@pytest.mark.parametrize(
    ("language", "country", "told"),
    [("nl", "NL", ("Dutch", "Netherlands")), ("nl-be", "BE", ("Flemish", "Belgium"))],
)
def test_a_contacts_page_calls_language_and_country_by_name(
    alice, workspace, language, country, told
):
    ann = world.make_contact(workspace, language=language, country=country)
    page = alice.get(reverse("audience:contact", args=[ann.pk])).text
    for words in told:
        assert f"<dd>{words}</dd>" in page
