"""Of what kind a column's new field is proposed to be: what all its cells are, or else text."""

import pytest
from django.urls import reverse

from campaigns.audience.imports import importing, proposing
from campaigns.audience.models import Field
from tests import world
from tests.audience.files import make_import

# A non-breaking space and a thin one, as spreadsheets write them.
SPACES = "1\u00a0234,5|12\u202f000,75"


@pytest.mark.parametrize(
    ("name", "cells", "kind"),
    [
        ("Joined", "2026-01-02|2025-12-31T23:59:00Z||2024-02-29 10:00:00", "date"),
        ("Geburtstag", "3.2.1980|24.12.1999| 01.01.2000 ", "date"),
        ("Geburtsdatum", "3. Februar 1980|24. Dez. 1999", "date"),
        ("Naissance", "1er mars 1980|14 juillet 1999", "date"),
        ("Cumpleaños", "3 de febrero de 1980|24 de diciembre de 1999", "date"),
        ("Born", "Feb 3, 1980|March 4th, 1999", "date"),
        ("Born", "25/12/1980|12/25/1980", "date"),
        # Day or month first? Nobody is asked on this page, and nothing must go.
        ("Born", "03/04/1980|25/12/1980", "text"),
        ("Joined", "2026-01-02|unknown", "text"),
        ("Joined", "0000-00-00|2026-01-02", "text"),
        ("Joined", "2026-02-30", "text"),
        ("Points", "1|-3|4.5|1e3", "text"),
        ("Points", "1|-3|4.5|\u22127|0|0.5", "number"),
        ("Punkte", "1.000,50|2.500.000|7", "number"),
        ("Amount", "1,000.50|2,500,000|7", "number"),
        ("Montant", SPACES, "number"),
        # One thousand, or one and a half?
        ("Amount", "1,500|7", "text"),
        ("Children", "0|1|1|0", "number"),
        ("Year", "1980|2001", "number"),
        ("Paid", "12|30", "number"),
        ("Price", "€ 12|€ 30", "text"),
        ("PLZ", "10115|80331", "text"),
        ("Anything", "01067|10115", "text"),
        ("Anything", "+49351123|+3120123", "text"),
        ("Anything", "4935112345678|31201234567", "text"),
        ("Mobile phone", "35112345", "text"),
        ("Customer ID", "42|43", "text"),
        ("Kundennummer", "42|43", "text"),
        ("VIP", "yes|No| Y |n", "yes_no"),
        ("Newsletter", "ja|nein|Ja", "yes_no"),
        ("Abonné", "oui|non|OUI", "yes_no"),
        ("Socio", "sí|no", "yes_no"),
        ("Active", "TRUE|FALSE", "yes_no"),
        ("Came", "x||x", "yes_no"),
        ("VIP", "yes|no|perhaps", "text"),
        ("Grade", "A|B|n", "text"),
        ("Empty", "| |", "text"),
        ("Right to left", "שלום|مرحبا", "text"),
        ("Digits of others", "١٢٣|४५", "text"),
    ],
)
def test_all_cells_of_a_column_decide(name, cells, kind):
    assert proposing.kind(name, cells.split("|")) == kind


def test_rows_that_are_too_short_count_as_empty():
    rows = [["a@example.com", "7"], ["b@example.com"]]
    assert proposing.kinds(["E-mail", "Points"], rows) == {0: "text", 1: "number"}


FILE = (
    "E-mail;Points;Joined;VIP;Town\n"
    "ann@example.com;1.000,50;3.2.2026;ja;Köln\n"
    "bob@example.com;7;24. Dez. 2025;nein;Bonn\n"
)


def test_fields_are_made_of_the_kinds_that_the_page_proposes(alice, workspace):
    one = make_import(world.make_list(workspace), FILE.encode())
    address = reverse("audience:mapping", args=[one.pk])
    form = alice.get(address).context["form"]
    proposed = {field.name: field.value() for field in form}
    kinds = [proposed[f"kind_{number}"] for number in range(1, 5)]
    assert kinds == ["number", "date", "yes_no", "text"]

    sent = {name: value for name, value in proposed.items() if value is not None}
    shape = {"encoding": "utf-8", "delimiter": ";", "has_header": "True"}
    assert alice.post(address, sent | shape | {"basis": "consent"}).status_code == 302
    importing.run(one.pk)
    ann = workspace.contacts.get(email="ann@example.com")
    assert ann.fields == {"points": 1000.5, "joined": "2026-02-03", "vip": True, "town": "Köln"}
    made = workspace.contact_fields.values_list("key", "kind")
    assert dict(made) == {"points": "number", "joined": "date", "vip": "yes_no", "town": "text"}


def test_a_field_that_is_there_keeps_its_kind_and_is_not_asked_about(alice, workspace):
    Field.objects.create(workspace=workspace, key="points", label="Points", kind="text")
    one = make_import(world.make_list(workspace), FILE.encode())
    form = alice.get(reverse("audience:mapping", args=[one.pk])).context["form"]
    assert "kind_1" not in form.fields and "kind_2" in form.fields
    assert form["column_1"].value() == "field:points"
