"""What people are called, where they live and where they have their mailboxes."""

from __future__ import annotations

from dataclasses import dataclass

# Letters that do not come apart into an ASCII letter and an accent.
SPELLINGS = str.maketrans(
    {"ß": "ss", "ø": "o", "Ø": "o", "æ": "ae", "å": "aa", "ł": "l", "Ł": "l", "ı": "i", "ð": "d"}
)


@dataclass(frozen=True)
class Land:
    """A country, and what is usual there."""

    country: str
    weight: float
    language: str
    time_zone: str
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    cities: tuple[str, ...]
    domains: tuple[str, ...]


def _land(facts: str, first: str, last: str, cities: str, domains: str) -> Land:
    country, weight, language, zone = facts.split()
    return Land(
        country,
        float(weight),
        language,
        zone,
        tuple(first.split()),
        tuple(name.replace("_", " ") for name in last.split()),
        tuple(name.replace("_", " ") for name in cities.split()),
        tuple(domains.split()),
    )


LANDS = (
    _land(
        "NL 24 nl Europe/Amsterdam",
        "Emma Sophie Julia Mila Sanne Lotte Femke Anouk "
        "Daan Sem Bram Thijs Joost Pieter Ruben Maud",
        "de_Jong Jansen de_Vries van_den_Berg Bakker Visser "
        "Smit Meijer Mulder Bos van_Dijk Hendriks "
        "Dekker Brouwer Peters Kuipers",
        "Amsterdam Utrecht Haarlem Rotterdam Leiden Groningen Zwolle",
        "kpn.example ziggo.example xs4all.example tuinvrienden.example",
    ),
    _land(
        "DE 17 de Europe/Berlin",
        "Anna Lena Jürgen Björn Katrin Sabine Lukas "
        "Felix Jörg Heike Claudia Maximilian Käthe Günther",
        "Müller Schmidt Schneider Fischer Weber Köhler Schäfer Krüger Böhm Lehmann Großmann Jäger",
        "Berlin Köln München Leipzig Hamburg Düsseldorf",
        "t-online.example web.example gmx.example gärtnerei-süd.example",
    ),
    _land(
        "GB 12 en Europe/London",
        "Olivia Amelia Harriet George Oliver Imogen Freya "
        "Callum Alistair Priya Yusuf Nia Rhys Siobhan",
        "Smith Jones Taylor Brown Williams Davies Evans Thomas Patel Khan Hughes O’Connor Clarke",
        "London Bristol Leeds Edinburgh Cardiff York",
        "btinternet.example sky.example allotment.example",
    ),
    _land(
        "US 10 en America/New_York",
        "Emily Madison Ashley Jacob Ethan Michael Hannah "
        "Tyler Maria Jamal Grace Logan Aaliyah Noah",
        "Johnson Garcia Miller Martinez Anderson Wilson Nguyen Robinson Lewis Walker Lee Rivera",
        "Portland Chicago Austin Boston Seattle Denver",
        "comcast.example att.example verizon.example",
    ),
    _land(
        "FR 9 fr Europe/Paris",
        "Léa Chloé Camille Élodie Théo Hugo Jérôme Zoé Aurélie François Maëlle Benoît Inès Noémie",
        "Martin Bernard Dubois Lefèvre Moreau Laurent Girard Fournier Mercier Béranger Guérin",
        "Paris Lyon Nantes Bordeaux Lille",
        "orange.example free.example laposte.example",
    ),
    _land(
        "BE 7 nl Europe/Brussels",
        "Elise Jef Lies Wout Noor Amélie Maxime Griet Koen Charlotte",
        "Peeters Janssens Maes Jacobs Mertens Willems Claes Lambert Dupont",
        "Gent Antwerpen Brussel Leuven Liège",
        "telenet.example proximus.example",
    ),
    _land(
        "ES 4 es Europe/Madrid",
        "Lucía Martín Álvaro Begoña José Sofía Iñaki Nuria Íñigo Carmen",
        "García Núñez Fernández López Muñoz Ibáñez Peña Ortega",
        "Madrid Sevilla Valencia Bilbao",
        "telefonica.example jardín.example",
    ),
    _land(
        "IT 4 it Europe/Rome",
        "Giulia Chiara Matteo Lorenzo Niccolò Francesca Alessandro Beatrice",
        "Rossi Russo Ferrari Esposito Bianchi Colombo D’Angelo Ricci",
        "Milano Torino Bologna Firenze",
        "libero.example tim.example",
    ),
    _land(
        "SE 3 sv Europe/Stockholm",
        "Elsa Åsa Björn Linnéa Östen Göran Maja Håkan",
        "Andersson Johansson Nyström Åkesson Öberg Lindström",
        "Stockholm Göteborg Malmö",
        "telia.example trädgård.example",
    ),
    _land(
        "PL 3 pl Europe/Warsaw",
        "Zofia Łukasz Małgorzata Paweł Agnieszka Michał Wojciech Żaneta",
        "Kowalska Wiśniewski Wójcik Kamiński Zieliński Dąbrowska",
        "Warszawa Kraków Gdańsk",
        "onet.example wp.example",
    ),
    _land(
        "CH 2 de Europe/Zurich",
        "Urs Reto Nadine Beat Flurina Céline",
        "Zürcher Huber Ammann Gerber Favre",
        "Zürich Bern Basel",
        "bluewin.example",
    ),
    _land(
        "AT 2 de Europe/Vienna",
        "Leopold Johanna Franz Theresa Ägidius Sissi",
        "Gruber Huber Wagner Pichler Steiner",
        "Wien Graz Linz",
        "a1.example",
    ),
    _land(
        "DK 1.5 da Europe/Copenhagen",
        "Søren Mette Åse Rasmus Freja",
        "Nielsen Jørgensen Sørensen Kjær Møller",
        "København Aarhus",
        "tdc.example",
    ),
    _land(
        "IE 1.5 en Europe/Dublin",
        "Aoife Niamh Cian Oisín Siún",
        "Murphy Kelly O’Brien Byrne Ní_Bhriain",
        "Dublin Cork Galway",
        "eir.example",
    ),
    _land(
        "PT 1.5 pt Europe/Lisbon",
        "João Inês Gonçalo Beatriz Simão",
        "Silva Santos Conceição Gonçalves Araújo",
        "Lisboa Porto",
        "sapo.example",
    ),
    _land(
        "CA 1.5 en America/Toronto",
        "Liam Chantal Avery Étienne Maple",
        "Tremblay Singh MacDonald Roy Wong",
        "Toronto Montréal",
        "bell.example",
    ),
    _land(
        "JP 1 ja Asia/Tokyo",
        "Haruka Yūto Sakura Ren Aoi",
        "Satō Suzuki Takahashi Tanaka Itō",
        "Tokyo Osaka",
        "softbank.example",
    ),
    _land(
        "AU 1 en Australia/Sydney",
        "Matilda Jack Ruby Lachlan Kirra",
        "Nguyen Campbell Mitchell Kelly Thompson",
        "Sydney Melbourne",
        "telstra.example",
    ),
    _land(
        "BR 1 pt America/Sao_Paulo",
        "Ana Thiago Letícia João Conceição",
        "Oliveira Souza Pereira Ferreira Araújo",
        "São_Paulo Recife",
        "uol.example",
    ),
    _land(
        "IN 1 en Asia/Kolkata",
        "Aarav Diya Ananya Rohan Kavya",
        "Sharma Iyer Reddy Banerjee Nair",
        "Mumbai Bengaluru",
        "jio.example",
    ),
)

COMPANIES = (
    "bloemenveiling.example",
    "noordzee-logistiek.example",
    "krüger-partner.example",
    "hartley-law.example",
    "atelier-vert.example",
    "greenhouse-labs.example",
    "stadtwerke-nord.example",
    "harbour-hotels.example",
)
