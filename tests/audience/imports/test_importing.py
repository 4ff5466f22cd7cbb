"""Importing: right results from messy files, whole or not at all, and the same twice."""

import pytest
from django.core.files.base import ContentFile

from campaigns.audience import addresses, consent, suppression, unsubscribing
from campaigns.audience.imports import importing, staging
from campaigns.audience.models import Consent, Contact, Field, Import, Subscription, Suppression
from tests import world
from tests.audience.files import import_file, make_import, stated

MESSY = (
    "E-Mail;Vorname;Nachname;Land;Sprache;Zeitzone;Firma;Tracking;Größe;Leer\r\n"
    'ANN@Example.com;Ann;"Mc""Kay";Deutschland;de;Europe/Berlin;"Acme;\r\nBerlin";ja;12;\r\n'
    "\r\n"
    ";;;;;;;;;\r\n"
    "ann@example.COM;Again;;;;;;nein;;\r\n"
    "jörg@example.com;Jörg;;;;;;;;\r\n"
    "x@bücher.example;Zoë;van Dijk;NL;Nederlands;europe/amsterdam;;nein;;\r\n"
    "kaputt;Bob;;;;;;;;\r\n"
    ";Niemand;;;;;;;;\r\n"
    "bob@example.com;Bob;;Narnia;Elvish;Mars/Base;;maybe;;\r\n"
    "eve@example.com;=cmd();;;;;'=1+1;;;;zu;viele\r\n"
    "eve@example.org;Eve;;;;;'=1+1\r\n"
)


@pytest.fixture
def readers(workspace):
    return world.make_list(workspace, name="Readers")


def people(workspace):
    return {contact.email: contact for contact in workspace.contacts.all()}


def counts(one: Import) -> dict[str, int]:
    names = (
        "rows_read contacts_created contacts_updated contacts_unchanged subscriptions_created "
        "kept_unsubscribed kept_suppressed consents_recorded duplicates rejected partly"
    )
    return {name: n for name in names.split() if (n := getattr(one, name))}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", "\t", ",", "|"])
def test_a_messy_file_gives_exactly_this(workspace, readers, encoding, delimiter):
    text = MESSY.replace("Acme;", "Acme_").replace(";", delimiter).replace("Acme_", "Acme;")
    one = import_file(readers, text.encode(encoding))
    assert one.status == Import.Status.DONE
    assert counts(one) == {
        "rows_read": 9,
        "contacts_created": 4,
        "subscriptions_created": 4,
        "duplicates": 1,
        "rejected": 4,
        "partly": 1,
        "consents_recorded": 2,
    }
    found = people(workspace)
    assert sorted(found) == [
        "ANN@example.com",
        "bob@example.com",
        "eve@example.org",
        "x@xn--bcher-kva.example",
    ]
    ann = found["ANN@example.com"]
    assert (ann.email_key, ann.first_name, ann.last_name) == ("ann@example.com", "Ann", 'Mc"Kay')
    assert (ann.country, ann.language, ann.time_zone) == ("DE", "de", "Europe/Berlin")
    assert ann.fields == {"firma": "Acme;\r\nBerlin", "grosse": "12"}
    assert bytes(ann.fingerprint) == addresses.fingerprint(workspace.pk, "ann@example.com")
    # Her second line says no: a refusal counts from any line.
    assert ann.measuring == Consent.REFUSED
    dutch = found["x@xn--bcher-kva.example"]
    assert (dutch.first_name, dutch.language, dutch.country) == ("Zoë", "nl", "NL")
    assert (dutch.time_zone, dutch.measuring) == ("Europe/Amsterdam", Consent.REFUSED)
    bob = found["bob@example.com"]
    assert (bob.country, bob.language, bob.time_zone, bob.measuring) == ("", "", "", "unknown")
    # The apostrophe with which exports guard formulas is taken off again.
    assert found["eve@example.org"].fields == {"firma": "=1+1"}


def test_lines_that_fail_are_kept_with_their_reason(readers):
    one = import_file(readers, MESSY.encode())
    remarks = [(r.line, r.imported, r.cells[0], r.reason) for r in one.remarks.order_by("line")]
    assert [remark[:3] for remark in remarks] == [
        (7, False, "jörg@example.com"),
        (9, False, "kaputt"),
        (10, False, ""),
        (11, True, "bob@example.com"),
        (12, False, "eve@example.com"),
    ]
    assert "before the @-sign cannot" in remarks[0][3]
    assert "needs an @-sign" in remarks[1][3]
    assert "no address" in remarks[2][3]
    assert "Narnia" in remarks[3][3] and "Elvish" in remarks[3][3] and "maybe" in remarks[3][3]
    assert "12 cells, but there are only 10 columns" in remarks[4][3]


def test_windows_files_are_read_in_their_character_set(workspace, readers):
    import_file(readers, "email;note\nz@example.com;Zoë Größe – €5\n".encode("windows-1252"))
    assert workspace.contacts.get().fields == {"note": "Zoë Größe – €5"}


@pytest.mark.parametrize("header", ["email,name", "email,name,data"])
def test_a_name_of_both_parts_is_taken_apart(workspace, readers, header):
    """Of a file with JSON each row is looked at; of the other one they are sifted."""
    names = ["Maria da Silva", '"Okafor, Zoë  Ann"', "Cher", ""]
    lines = [f"{number}@example.com,{name}" for number, name in enumerate(names)]
    ends = ",{}" if header.endswith("data") else ""
    import_file(readers, "\n".join([header, *(line + ends for line in lines)]).encode())
    found = workspace.contacts.order_by("email").values_list("first_name", "last_name")
    assert list(found) == [("Maria", "da Silva"), ("Zoë  Ann", "Okafor"), ("Cher", ""), ("", "")]


def test_importing_twice_changes_nothing(workspace, readers):
    import_file(readers, MESSY.encode())
    before = list(workspace.contacts.order_by("pk").values())
    entries = workspace.contacts.order_by("consent_entries").values_list("consent_entries__pk")
    ledger = list(entries.all())
    again = import_file(readers, MESSY.encode())
    assert counts(again) == {
        "rows_read": 9,
        "contacts_unchanged": 4,
        "duplicates": 1,
        "rejected": 4,
        "partly": 1,
    }
    assert list(workspace.contacts.order_by("pk").values()) == before
    assert list(entries.all()) == ledger
    assert Subscription.objects.count() == 4


def test_filled_cells_overwrite_and_empty_ones_do_not(workspace, readers):
    ann = world.make_contact(
        workspace, email="Ann@example.com", first_name="A", country="DE", fields={"a": "1"}
    )
    one = import_file(readers, b"email,first name,country,b\nann@example.com,Ann,,2\n")
    ann.refresh_from_db()
    assert (ann.email, ann.first_name, ann.country) == ("Ann@example.com", "Ann", "DE")
    assert ann.fields == {"a": "1", "b": "2"}
    assert counts(one) == {"rows_read": 1, "contacts_updated": 1, "subscriptions_created": 1}


def test_who_left_is_not_subscribed_again(workspace, readers):
    ann = world.make_contact(workspace, on=readers, email="ann@example.com")
    unsubscribing.unsubscribe(ann.pk, None, None, "page")
    one = import_file(readers, b"email\nann@example.com\nbob@example.com\n")
    assert (one.kept_unsubscribed, one.subscriptions_created) == (1, 1)
    assert ann.subscriptions.get().status == Subscription.Status.UNSUBSCRIBED


def test_who_must_not_be_mailed_is_left_alone_and_not_made_anew(workspace, readers):
    bob = world.make_contact(workspace, email="bob@example.com", first_name="Bob")
    suppression.suppress(
        workspace.pk,
        [
            bytes(bob.fingerprint),
            addresses.fingerprint(workspace.pk, "erased@example.com"),
        ],
        Suppression.Reason.ERASED,
    )
    one = import_file(
        readers, b"email,first name\nBOB@example.com,New\nErased@Example.com,E\nann@example.com,A\n"
    )
    assert (one.kept_suppressed, one.contacts_created, one.subscriptions_created) == (2, 1, 1)
    assert sorted(people(workspace)) == ["ann@example.com", "bob@example.com"]
    bob.refresh_from_db()
    assert bob.first_name == "Bob" and not bob.subscriptions.exists()


def test_people_of_other_workspaces_are_other_people(workspace, readers):
    elsewhere = world.make_workspace()
    world.make_contact(elsewhere, email="ann@example.com", first_name="Theirs")
    suppression.suppress(
        elsewhere.pk, [addresses.fingerprint(elsewhere.pk, "ann@example.com")], "manual"
    )
    one = import_file(readers, b"email,first name\nann@example.com,Ours\n")
    assert (one.contacts_created, one.kept_suppressed) == (1, 0)
    assert elsewhere.contacts.get().first_name == "Theirs"


def test_a_statement_is_written_into_the_ledger_of_each(workspace, member, readers):
    known = world.make_contact(workspace, email="known@example.com")
    one = import_file(
        readers, b"email\nknown@example.com\nnew@example.com\n", created_by=member, **stated()
    )
    assert one.consents_recorded == 2
    for contact in people(workspace).values():
        entry = contact.consent_entries.get(purpose="both")
        assert (contact.measuring, entry.state, entry.source) == ("granted", "granted", "import")
        assert entry.evidence["statement"] == one.measuring_statement
        assert entry.evidence["import"] == one.pk
        assert entry.notice and entry.notice.text == one.measuring_statement
        assert entry.purpose == "both"
        assert entry.said_at.date() == one.measuring_said_on
        assert entry.actor == member
    known.refresh_from_db()
    assert known.consent_epoch == 0


@pytest.mark.parametrize(
    ("had", "cell", "has", "epoch"),
    [
        ("unknown", "yes", "granted", 0),
        ("unknown", "no", "refused", 1),
        ("unknown", "", "unknown", 0),
        ("granted", "yes", "granted", 0),
        ("granted", "no", "withdrawn", 1),
        # Nobody but the person themself takes a refusal back.
        ("refused", "yes", "refused", 0),
        ("withdrawn", "yes", "withdrawn", 0),
        ("withdrawn", "no", "withdrawn", 0),
    ],
)
def test_a_column_never_overrules_a_refusal(workspace, readers, had, cell, has, epoch):
    ann = world.make_contact(workspace, email="ann@example.com", measuring=had)
    import_file(
        readers,
        f"email,tracking\nann@example.com,{cell}\nx@example.com,yes\n".encode(),
        measuring=Import.Measuring.COLUMN,
    )
    ann.refresh_from_db()
    assert (ann.measuring, ann.consent_epoch) == (has, epoch)
    said = ann.consent_entries.exclude(purpose="mail")
    assert [entry.state for entry in said] == ([has] if has != had else [])


@pytest.mark.parametrize(
    ("opens", "clicks", "cell", "now", "lines"),
    [
        ("unknown", "refused", "yes", ("granted", "refused"), [("opens", "granted")]),
        ("granted", "unknown", "yes", ("granted", "granted"), [("clicks", "granted")]),
        ("refused", "granted", "yes", ("refused", "granted"), []),
        ("refused", "granted", "no", ("refused", "withdrawn"), [("clicks", "withdrawn")]),
        ("granted", "refused", "no", ("withdrawn", "refused"), [("opens", "withdrawn")]),
        (
            "granted",
            "unknown",
            "no",
            ("withdrawn", "refused"),
            [("clicks", "refused"), ("opens", "withdrawn")],
        ),
        ("granted", "granted", "no", ("withdrawn", "withdrawn"), [("both", "withdrawn")]),
        ("granted", "refused", "", ("granted", "refused"), []),
    ],
)
def test_one_cell_answers_both_questions(workspace, readers, opens, clicks, cell, now, lines):
    apart = clicks if clicks != opens else ""
    ann = world.make_contact(
        workspace, email="ann@example.com", measuring=opens, measuring_clicks=apart
    )
    file = f"email,tracking\nann@example.com,{cell}\nx@example.com,yes\n".encode()
    import_file(readers, file, measuring=Import.Measuring.COLUMN)
    ann.refresh_from_db()
    assert tuple(consent.answers(ann).values()) == now
    said = ann.consent_entries.exclude(purpose="mail").order_by("purpose")
    entries = said.values_list("purpose", "state")
    assert list(entries) == lines
    assert ann.consent_epoch == int(cell == "no")


def test_the_basis_is_kept_with_each_subscription(readers):
    import_file(readers, b"email\na@example.com\n", basis="other", basis_note="Members by law")
    row = Subscription.objects.get()
    assert (row.basis, row.basis_note) == ("other", "Members by law")


def test_further_columns_become_fields_of_the_workspace(workspace, readers):
    import_file(readers, "email,Company size,公司\na@example.com,9,Acme\n".encode())
    fields = {field.key: field.label for field in Field.objects.filter(workspace=workspace)}
    assert fields == {"company_size": "Company size", "column_3": "公司"}
    assert workspace.contacts.get().fields == {"company_size": "9", "column_3": "Acme"}


def test_a_file_that_breaks_off_imports_nothing(workspace, readers, monkeypatch):
    monkeypatch.setattr(importing, "CHUNK", 2)
    rows = "".join(f"p{n}@example.com,x\n" for n in range(9))
    one = make_import(readers, b"email,a\na@example.com,b\n")
    one.file.delete(save=False)
    one.file.save("broken.csv", ContentFile(f'email,a\n{rows}q@example.com,"open\n'.encode()))
    importing.start(one)
    importing.run(one.pk)
    one.refresh_from_db()
    assert one.status == Import.Status.FAILED
    assert one.error.startswith("In line 11 a quotation mark")
    assert not workspace.contacts.exists()
    assert staging.count(one.pk) is None


def test_a_large_file_is_staged_in_chunks_and_counted_right(workspace, readers, monkeypatch):
    monkeypatch.setattr(importing, "CHUNK", 100)
    lines = "".join(f"person{n % 900}@example.com,{n}\n" for n in range(1000))
    one = import_file(readers, f"email,number\n{lines}".encode())
    assert counts(one) == {
        "rows_read": 1000,
        "contacts_created": 900,
        "subscriptions_created": 900,
        "duplicates": 100,
    }
    # The first line of an address counts.
    assert Contact.objects.get(email="person7@example.com").fields == {"number": "7"}
