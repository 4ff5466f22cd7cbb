"""The command imports as the page does."""

import io
import zipfile

import pytest
from django.core.management import CommandError, call_command

from tests import world

FILE = "E-mail;Vorname;Mag gemessen werden\nann@example.com;Ann;ja\nbroken;;\n"


@pytest.fixture
def readers(workspace):
    return world.make_list(workspace, name="Readers")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text(FILE, encoding="utf-8")
    return path


def run(*args):
    out, err = io.StringIO(), io.StringIO()
    call_command("import_contacts", *map(str, args), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_a_file_is_imported_by_the_name_of_the_list(workspace, readers, file):
    out, err = run("Readers", file, "--column", "Mag gemessen werden=measuring", "--basis=customer")
    assert out.startswith("2 lines: 1 new contacts, 0 changed, 0 unchanged, 1 new on the list")
    assert "line 3: " in err
    ann = workspace.contacts.get()
    assert (ann.first_name, ann.measuring) == ("Ann", "granted")
    assert ann.subscriptions.get().basis == "customer"


def test_who_left_elsewhere_stays_away_as_on_the_page(workspace, readers, tmp_path):
    table = "Email Address,UNSUB_TIME\nleft@example.com,2023-02-02 11:00:00\n"
    plain, packed = tmp_path / "gone.csv", tmp_path / "export.zip"
    plain.write_text(table)
    run(readers.pk, plain)
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("unsubscribed_members_export_1.csv", table.replace("left", "lea"))
    run(readers.pk, packed)
    assert set(readers.subscriptions.values_list("contact__email", "status")) == {
        ("left@example.com", "unsubscribed"),
        ("lea@example.com", "unsubscribed"),
    }


def test_a_statement_needs_its_evidence(workspace, readers, file):
    with pytest.raises(CommandError, match="--statement and --said-on"):
        run(readers.pk, file, "--measuring=statement")
    leave_out = ["--column", "Mag gemessen werden="]
    how = ["--statement=On our form", "--said-on=2026-03-01"]
    run(readers.pk, file, "--measuring=statement", *how, *leave_out)
    ann = workspace.contacts.get()
    assert ann.fields == {}
    assert ann.consent_entries.get(purpose="both").evidence["statement"] == "On our form"


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["Nobody", "FILE"], "no list"),
        (["Readers", "/nowhere.csv"], "No such file"),
        (["Readers", "FILE", "--column", "Nix=email"], "There are: E-mail, Vorname"),
        (["Readers", "FILE", "--column", "Vorname=nix"], "cannot become"),
        (["Readers", "FILE", "--column", "E-mail="], "which one column"),
        (["Readers", "FILE", "--basis=other"], "--note"),
    ],
)
def test_mistakes_are_said(readers, file, args, sentence):
    with pytest.raises(CommandError, match=sentence):
        run(*(file if arg == "FILE" else arg for arg in args))


def test_a_name_that_two_workspaces_use_asks_for_the_number(readers, file):
    world.make_list(world.make_workspace(), name="Readers")
    with pytest.raises(CommandError, match="Give its number"):
        run("Readers", file)
