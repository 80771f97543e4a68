"""Sealed tables of the library and of the independent Python implementation: each opens what the other seals."""

import json

import pyarrow as pa
import pytest
import spec_cli
import table_cli
from triclave_spec import keyfile, table_segments

import town as t
from test_arrow_tables import MATRIX, READERS, Tables, columns_of

RULES = {"identifiers": ("owner",), "clinical": ("owner", "outscale", "orange")}
IDENTIFIERS = 'compartments { name: "identifiers" access: "owner" columns: "id*" }\ndefault_compartment: "clinical"\n'


def python(*arguments):
    """Calls the Python implementation's command line; gives back its exit status."""
    return spec_cli.main([str(each) for each in arguments])


class TwoCompartments(Tables):
    """Columns that begin with "id" are for the owner alone, all others for the owner with two custodians."""

    def __init__(self, town):
        super().__init__(town)
        registry = [t.recipient("owner", "OWNER", operator="hospital")] + [t.recipient(name) for name in t.CUSTODIANS]
        town.write_policy("tables", "all(owner, 2 of (outscale, ovh, orange))", registry, IDENTIFIERS)

    def key(self, name, kind):
        return self.folder / "keys" / f"{name}.{kind}"

    def tree(self, names):
        def leaf(name, operator):
            key_id = keyfile.load(str(self.key(name, "pub"))).fingerprint.hex()
            return {"key_id": key_id, "operator": operator}

        owner = leaf("owner", "hospital")
        if names == ("owner",):
            return {"tree": owner}
        some = {"k": 2, "children": [leaf(name, name) for name in t.CUSTODIANS]}
        return {"tree": {"k": 2, "children": [owner, some]}}

    def python_seals(self, table, out, *more):
        """Seals a pyarrow table with the Python implementation."""
        table_cli.write_arrow(str(self.folder / "table.arrow"), table)
        arguments = []
        for name, names in RULES.items():
            (self.folder / f"{name}.json").write_text(json.dumps(self.tree(names)))
            arguments += ["--compartment", f"{name}={self.folder / name}.json"]
        for name in ("owner",) + t.CUSTODIANS:
            arguments += ["--recipient", self.key(name, "pub")]
        for name, globs in (("identifiers", "id*"), ("clinical", "[!i]*")):
            arguments += ["--columns", f"{name}={globs}"]
        assert python("seal-table", "--producer", self.key("pipeline", "key"), "--owner", self.key("hospital", "pub"),
                      "--dataset", t.DATASET, *arguments, "--in", self.folder / "table.arrow", "--out",
                      self.folder / out, *more) == 0  # fmt: skip

    def python_opens(self, name="table", by=READERS, more=()):
        """Opens with the Python implementation; gives back its exit status."""
        trust = ["--producer", self.key("pipeline", "pub"), "--owner", self.key("hospital", "pub")]
        keys = [part for each in by for part in ("--identity", self.key(each, "key"))]
        files = ["--in", self.folder / name, "--out", self.folder / "back.arrow"]
        return python("open-table", *trust, *keys, *files, *more)

    def python_reads(self, **how):
        """What it found, every value checked by pyarrow."""
        assert self.python_opens(**how) == 0
        table = table_cli.read_arrow(str(self.folder / "back.arrow"))
        table.validate(full=True)
        return table


@pytest.fixture
def tables(town):
    return TwoCompartments(town)


def every_type():
    """A table with three columns of each type: without nulls, with some, and with nothing else."""
    columns = {}
    for number, (kind, values) in enumerate(MATRIX):
        for name, column in zip(("full", "some", "none"), columns_of(kind, values).columns):
            columns[f"{number} {name} {kind}".replace("\n", " ")] = column
    return pa.table(columns)


def stays(rows=1000):
    """Rows of a hospital."""
    ages = [None if i % 7 == 0 else i % 90 for i in range(rows)]
    wards = pa.array(["A", None, "B", "A"] * (rows // 4)).dictionary_encode()
    names = [f"p-{i:05}" for i in range(rows)]
    return pa.table({"id": names, "age": ages, "id town": ["Lyon", "Lille"] * (rows // 2), "ward": wards})


@pytest.mark.parametrize("compress", ["", "*"], ids=["plain", "compressed"])
def test_python_reads_every_type_that_the_library_seals(tables, compress):
    table = every_type()
    tables.seal(table, compress=compress)
    back = tables.python_reads()
    assert back.schema.equals(table.schema) and back.equals(table)


@pytest.mark.parametrize("compress", [(), ("--compress", "*")], ids=["plain", "compressed"])
@pytest.mark.parametrize("rows", [(), ("--rows", 7)], ids=["whole", "row groups"])
def test_the_library_reads_every_type_that_python_seals(tables, compress, rows):
    table = every_type()
    tables.python_seals(table, "table", *compress, *rows)
    back = tables.open()
    assert back.schema.equals(table.schema) and back.equals(table)


def test_python_opens_one_compartment_of_the_librarys_table(tables, capsys):
    table = stays()
    tables.seal(table, row_group_bytes=4000)
    assert tables.python_reads().equals(table)
    assert tables.python_reads(by=["owner"]).equals(table.select(["id", "id town"]))
    assert tables.python_reads(more=["--column", "a*"]).equals(table.select(["age"]))
    capsys.readouterr()
    assert tables.python_opens(by=["owner", "ovh"], more=["--compartment", "clinical"]) == 1
    assert capsys.readouterr().err.startswith("quorum_short")


def test_the_library_opens_one_compartment_of_pythons_table(tables):
    table = stays()
    tables.python_seals(table, "table", "--rows", 300)
    assert tables.open().equals(table)
    assert tables.open(by=["owner"]).equals(table.select(["id", "id town"]))
    assert tables.open(columns=["ward", "id"]).equals(table.select(["ward", "id"]))
    with pytest.raises(ValueError, match="^invalid_argument: "):
        tables.reader(by=["owner"], columns=["age"])
    with pytest.raises(ValueError, match="^quorum_short: "):
        tables.reader(by=["outscale", "ovh"])


def test_rows_that_python_appends_to_the_librarys_table(tables):
    first, second = stays(40), stays(60)
    tables.seal(first)
    tables.python_seals(second, "longer", "--append-to", tables.folder / "table", "--rows", 25)
    both = pa.concat_tables([first, second])
    for back in (tables.open(name="longer"), tables.python_reads(name="longer")):
        assert back.to_pydict() == both.to_pydict()
    assert (tables.folder / "longer").read_bytes().startswith((tables.folder / "table").read_bytes())
    assert tables.open(name="longer", by=["owner"]).column_names == ["id", "id town"]


def test_both_say_the_same_of_a_changed_table(tables, capsys):
    """One bit at places all over the file but its capsule, whose checks have no order: the kinds of error agree."""
    tables.seal(stays(8))
    sealed = (tables.folder / "table").read_bytes()
    (segment,) = table_segments.parse(sealed)
    begin = sealed.index(segment.capsule)
    places = [at for at in range(len(sealed)) if not begin <= at < begin + len(segment.capsule)]
    assert len(places) > 1000
    capsys.readouterr()
    for at in places[::31]:
        changed = sealed[:at] + bytes([sealed[at] ^ 1 << at % 8]) + sealed[at + 1 :]
        (tables.folder / "changed").write_bytes(changed)
        assert tables.python_opens(name="changed") == 1, at
        kind = capsys.readouterr().err.split(":")[0]
        with pytest.raises((ValueError, OSError)) as refusal:
            tables.open(name="changed")
        if refusal.type is OSError:  # from within the stream, which has no kinds
            assert kind == "forged" and "does not" in str(refusal.value)
        else:
            assert str(refusal.value).startswith(kind + ": "), (at, kind)
