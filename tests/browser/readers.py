"""The people of the walk, in a file as real ones are: old code page, semicolons, 20 columns."""

HEADER = [
    "E-Mail",
    "Vorname",
    "Nachname",
    "Firma",
    "Land",
    "Sprache",
    "Strasse",
    "PLZ",
    "Ort",
    "Telefon",
    "Geburtstag",
    "Kundennummer",
    "Quelle",
    "Angemeldet am",
    "Newsletter",
    "Notiz",
    "Punkte",
    "Segment",
    "Shop",
    "Leer",
]
PEOPLE = 24
# An address of another case, and a second line for one person; neither is a new one.
DUPLICATES = 2
REJECTED = 2


def messy_file() -> bytes:
    """Return a CSV file of `PEOPLE` people, with all that spreadsheets and shops do to one."""
    lines = [";".join(HEADER)]
    lines += [_line(f"leserin{number}@example.com", f"Zoë{number}") for number in range(1, 21)]
    lines += [
        _line("juergen@bücher.example", "Jürgen", note='"Zwei Zeilen:\r\n""so"" steht es da"'),
        _line("Anna.Gross@Example.ORG", "Anna", note='"Semikolon; im Feld"'),
        "",
        _line("o'brien@example.ie", "Seán"),
        _line("post@xn--bcher-kva.example", "Buch"),
        ";" * (len(HEADER) - 1),
        _line("LESERIN1@EXAMPLE.COM", "Zoë die Zweite"),
        _line("leserin2@example.com", "Noch einmal"),
        _line("keine-adresse", "Niemand"),
        _line("zwei@@example.com", "Doppelt"),
        "",
    ]
    return "\r\n".join(lines).encode("cp1252")


def _line(email: str, name: str, note: str = "") -> str:
    cells = [email, name, "Größler", "Äpfel & Söhne", "Deutschland", "de", "Hauptstraße 1"]
    cells += ["01067", "Dresden", "0351 123", "1980-02-03", "42", "Messe", "2026-01-02", "ja", note]
    cells += ["1.000,50", "A", "Köln", ""]
    return ";".join(cells)
