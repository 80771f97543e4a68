"""A hospital's CSV export, and the town's policy of two compartments for its columns."""

import csv
import io

from triclave_spec import table_segments

import town as t

HEADER = "nir;dossier;nom;nom_naissance;entree;dep;glycemie;motif;commentaire\r\n"
# Leading zeros, a missing value and an empty one, a decimal comma, quotes, a delimiter and an end of line in values.
STAYS = (
    HEADER + "2840175123456;000123;LÉVÊQUE;\"D'Été; née\";2024-01-31;01;1,05;;\"vu le matin\r\nrevu \"\"le soir\"\"\"\r\n"
    '184017512345699;000124;GARÇON;;2024-02-29;2A;0,90;"";\r\n'
    "1840175123458;000125;PÉRON;;2024-03-01;75;12,35;douleur;ras\r\n"
).encode("latin-1")
IDENTIFIERS, EVERYBODY = ("owner",), ("owner", "ovh", "orange")
CUSTODIANS = ("ovh", "orange")
NEXT = HEADER.encode() + b'1840175123459;000126;OBERLIN;DUPOND;2024-04-01;971;1,44;;"de\r\nretour"\r\n1;;;;;02;99,90;"";\r\n'


class Tables:
    """The town, its policy of two compartments, and an export of its hospital's."""

    def __init__(self, town):
        self.town, self.folder = town, town.folder
        registry = [t.recipient("owner", "OWNER", operator="hospital")] + [t.recipient(name) for name in t.CUSTODIANS]
        town.write_table_policy("tables", "2 of (outscale, ovh, orange)", registry)
        town.write("stays.csv", STAYS)

    def sealing(self, rows="stays.csv", out="table", policy="tables"):
        return ("seal", "--table", rows, "-o", out, "--policy", policy, "--producer", "keys/pipeline.key")

    def seal(self, *more, **how):
        """Seals; gives back what --json tells."""
        return self.town.json(*self.sealing(**how), *more)

    def opening(self, name="table", by=EVERYBODY, policy="tables"):
        return ("open", name, "--policy", policy, *self.town.keys(*by))

    def open(self, *more, **how):
        """Opens; gives back standard output."""
        return self.town.ok(*self.opening(**how), *more)

    def refuses(self, code, *more, **how):
        """An opening that must fail, and leave no file; gives back its words."""
        words = self.town.fails(code, *self.opening(**how), "-o", "out", *more)
        assert "out" not in self.town.names() and not [name for name in self.town.names() if ".partial" in name]
        return words

    def sealed(self, name="table"):
        return self.town.read(name)

    def segments(self, name="table"):
        return table_segments.parse(self.sealed(name))


def part_of(*columns):
    """What STAYS says of these columns."""
    rows = list(csv.DictReader(io.StringIO(STAYS.decode("latin-1"), newline=""), delimiter=";"))
    return [[row[column] for column in columns] for row in rows]


def read_back(content):
    """The rows behind the header."""
    return list(csv.reader(io.StringIO(content.decode("latin-1"), newline=""), delimiter=";"))[1:]


def flipped(sealed, at):
    """The same with one bit changed."""
    return sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
