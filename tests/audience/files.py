"""Files of people for tests, and imports of them."""

from datetime import date

from django.core.files.base import ContentFile

from campaigns.audience.imports import columns, importing, reading, standing
from campaigns.audience.models import Import, List


def make_import(on: List, content: bytes, **fields) -> Import:
    """Upload `content`, and choose what the columns suggest, as a member would."""
    one = Import.objects.create(
        workspace=on.workspace,
        list=on,
        filename="people.csv",
        file=ContentFile(content, name="people.csv"),
        size=len(content),
        basis=fields.pop("basis", "consent"),
    )
    with one.open() as file:
        shape = reading.find_shape(file)
        one.names = reading.column_names(file, shape)
        rows = [row.cells for row in reading.rows(file, shape)]
    one.encoding, one.delimiter, one.has_header = shape.encoding, shape.delimiter, shape.has_header
    guessed = columns.guess(one.names, rows[:20])
    one.mapping = {str(number): target for number, target in guessed.items()}
    one.everybody = standing.of_file(one.names, guessed.values())
    for name, value in fields.items():
        setattr(one, name, value)
    one.save()
    return one


def import_file(on: List, content: bytes, **fields) -> Import:
    """Import `content` to its end."""
    one = make_import(on, content, **fields)
    assert importing.start(one)
    importing.run(one.pk)
    one.refresh_from_db()
    return one


def stated() -> dict[str, object]:
    """The fields of an import whose member says that all agreed."""
    return {
        "measuring": Import.Measuring.STATEMENT,
        "measuring_statement": "Ticked “you may count what I read” on our form.",
        "measuring_said_on": date(2026, 3, 1),
    }
