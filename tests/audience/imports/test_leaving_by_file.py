"""Exports of other products as they are: who left or bounced there stays away here."""

import pytest

from campaigns.audience import addresses, subscribing, suppression, unsubscribing
from campaigns.audience.imports import standing
from campaigns.audience.models import Import, Subscription, Suppression, Unsubscription
from tests import world
from tests.audience import exports
from tests.audience.files import import_file


@pytest.fixture
def readers(workspace):
    return world.make_list(workspace, name="Readers")


def standings(readers) -> dict[str, str]:
    """What became of everybody the files know."""
    found = dict(readers.subscriptions.values_list("contact__email", "status"))
    for name in ("ann", "bob", "cyd"):
        email = f"{name}@example.com"
        stopped = suppression.find(readers.workspace_id, email)
        if stopped is not None:
            assert email not in found
            found[email] = stopped.reason
    return {email.partition("@")[0]: status for email, status in found.items()}


@pytest.mark.parametrize(
    ("files", "found"),
    [
        (
            [
                exports.MAILCHIMP_SUBSCRIBED,
                exports.MAILCHIMP_UNSUBSCRIBED,
                exports.MAILCHIMP_CLEANED,
            ],
            {"ann": "subscribed", "bob": "unsubscribed", "cyd": "hard_bounce"},
        ),
        (
            [exports.LISTMONK],
            {"ann": "subscribed", "bob": "unsubscribed", "cyd": "manual"},
        ),
        (
            [exports.KEILA],
            {"ann": "subscribed", "bob": "unsubscribed", "cyd": "hard_bounce"},
        ),
        (
            [exports.MAUTIC],
            {"ann": "subscribed", "bob": "unsubscribed", "cyd": "hard_bounce"},
        ),
        ([exports.BREVO], {"ann": "subscribed", "bob": "unsubscribed", "cyd": "manual"}),
        ([exports.SUBSTACK], {"ann": "subscribed", "bob": "unsubscribed"}),
    ],
    ids=["mailchimp", "listmonk", "keila", "mautic", "brevo", "substack"],
)
def test_exports_of_other_products(readers, files, found):
    for content in files:
        one = import_file(readers, content)
        assert (one.status, one.rejected, one.partly) == ("done", 0, 0)
    assert standings(readers) == found


def test_mailchimp_brings_tags_places_and_no_addresses_of_machines(workspace, readers):
    import_file(readers, exports.MAILCHIMP_SUBSCRIBED)
    ann = workspace.contacts.get()
    assert (ann.first_name, ann.time_zone, ann.country) == ("Ann", "Europe/Amsterdam", "NL")
    assert sorted(ann.taggings.values_list("tag__name", flat=True)) == ["Customer", "VIP"]
    assert "192.0.2.1" not in str(ann.fields.get("optin_ip", ""))


def test_json_of_other_products_becomes_fields(workspace, readers):
    import_file(readers, exports.LISTMONK)
    ann = workspace.contacts.get(email="ann@example.com")
    assert ann.fields["city"] == "Delft" and ann.fields["age"] == "41"
    assert ann.fields["nested"] == '{"a": [1]}'
    labels = set(workspace.contact_fields.values_list("label", flat=True))
    assert {"City", "Age", "Nested"} <= labels


def test_who_is_on_the_list_here_leaves_when_the_file_says_so(workspace, readers):
    bob = world.make_contact(workspace, on=readers, email="bob@example.com")
    one = import_file(readers, exports.KEILA)
    assert (one.left_elsewhere, one.kept_unsubscribed, one.newly_suppressed) == (1, 0, 1)
    row = bob.subscriptions.get()
    assert row.status == Subscription.Status.UNSUBSCRIBED
    note = Unsubscription.objects.get(contact=bob)
    assert (note.source, note.list) == (Unsubscription.Source.IMPORT, readers)
    # They left by themselves, elsewhere: nobody puts them back without saying how they asked.
    with pytest.raises(subscribing.SubscribingError):
        subscribing.subscribe(bob, readers, subscribing.Basis("consent"))


def test_who_left_one_list_elsewhere_stays_on_others_here(workspace, readers):
    bob = world.make_contact(workspace, on=readers, email="bob@example.com")
    jobs = world.make_list(workspace, name="Jobs")
    bob.subscriptions.create(workspace=workspace, list=jobs)
    import_file(readers, b"email,status\nbob@example.com,unsubscribed\n")
    assert [row.list for row in bob.subscriptions.subscribed().select_related("list")] == [jobs]


def test_who_had_left_before_is_not_noted_as_leaving_again(workspace, readers):
    bob = world.make_contact(workspace, on=readers, email="bob@example.com")
    unsubscribing.unsubscribe(bob.pk, None, None, "page")
    rows = b"email,status\nann@example.com,unsubscribed\nbob@example.com,unsubscribed\n"
    one = import_file(readers, rows)
    assert (one.left_elsewhere, one.kept_unsubscribed) == (1, 1)
    assert bob.unsubscriptions.get().source == Unsubscription.Source.PAGE


def test_who_left_another_list_is_none_of_those_who_stay_away(workspace, readers):
    bob = world.make_contact(workspace, on=world.make_list(workspace), email="bob@example.com")
    unsubscribing.unsubscribe(bob.pk, None, None, "page")
    one = import_file(readers, b"email\nbob@example.com\n")
    assert (one.subscriptions_created, one.kept_unsubscribed) == (1, 0)


def test_importing_who_left_twice_changes_nothing(readers):
    import_file(readers, exports.KEILA)
    again = import_file(readers, exports.KEILA)
    assert (again.left_elsewhere, again.newly_suppressed) == (0, 0)
    assert (again.kept_unsubscribed, again.kept_suppressed) == (1, 1)
    assert Unsubscription.objects.count() == 1 and Suppression.objects.count() == 1


def test_a_file_that_calls_them_subscribed_brings_nobody_back(workspace, readers):
    left = world.make_contact(workspace, on=readers, email="left@example.com")
    unsubscribing.unsubscribe(left.pk, None, None, "page")
    bounced = addresses.fingerprint(workspace.pk, "bounced@example.com")
    suppression.suppress(workspace.pk, [bounced], Suppression.Reason.HARD_BOUNCE)
    one = import_file(
        readers,
        b"email,status\nleft@example.com,subscribed\nbounced@example.com,active\n",
    )
    assert (one.subscriptions_created, one.kept_unsubscribed, one.kept_suppressed) == (0, 1, 1)
    assert not Subscription.objects.subscribed().exists()


def test_the_worst_line_of_an_address_counts(readers):
    import_file(
        readers,
        b"email,status\nann@example.com,active\nANN@example.com,unsubscribed\n"
        b"cyd@example.com,unsubscribed\nCyd@example.com,bounced\n",
    )
    assert standings(readers) == {"ann": "unsubscribed", "cyd": "hard_bounce"}


def test_everybody_may_be_said_to_have_left(readers):
    one = import_file(
        readers, b"email\nann@example.com\nbob@example.com\n", everybody="unsubscribed"
    )
    assert (one.left_elsewhere, one.subscriptions_created) == (2, 0)
    assert standings(readers) == {"ann": "unsubscribed", "bob": "unsubscribed"}


def test_words_that_nobody_knows_are_no_permission(readers):
    one = import_file(
        readers,
        b"email,how\nann@example.com,gold\nbob@example.com,pending\ncyd@example.com,\n",
        mapping={"0": "email", "1": "standing"},
    )
    reasons = list(one.remarks.order_by("line").values_list("reason", flat=True))
    assert "does not say whether" in reasons[0] and "never agreed" in reasons[1]
    assert standings(readers) == {"cyd": "subscribed"}


@pytest.mark.parametrize(
    ("words", "meaning"),
    [
        ("Subscribed active ENABLED opted-in", standing.SUBSCRIBED),
        ("unsubscribed Opted-Out disabled abgemeldet uitgeschreven désabonné", "unsubscribed"),
        ("cleaned hard_bounce Unreachable", "bounced"),
        ("blocklisted BLACKLISTED", "blocked"),
        ("spam complained", "complained"),
    ],
)
def test_words(words, meaning):
    assert {standing.read(word) for word in words.split()} == {meaning}


def test_a_status_of_another_kind_stays_a_field(readers):
    one = import_file(readers, b"email,status\nann@example.com,gold\n")
    assert one.mapping["1"] == "field:status" and one.status == Import.Status.DONE
