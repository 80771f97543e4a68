"""CSV files that the program seals open in the independent Python implementation, and its tables become CSV files."""

import json

import pytest
import spec_cli
import table_cli
from triclave_spec import keyfile

import town as t
from table_town import CUSTODIANS, EVERYBODY, HEADER, IDENTIFIERS, Tables


@pytest.fixture
def tables(town):
    return Tables(town)


def key(tables, name, kind):
    return tables.folder / "keys" / f"{name}.{kind}"


def python(*arguments):
    """Calls the Python implementation's command line, which must succeed."""
    assert spec_cli.main([str(each) for each in arguments]) == 0


def python_opens(tables, name, by):
    """Opens with the Python implementation; gives back a pyarrow table."""
    keys = [part for each in by for part in ("--identity", key(tables, each, "key"))]
    trust = ["--producer", key(tables, "pipeline", "pub"), "--owner", key(tables, "hospital", "pub")]
    python("open-table", *trust, *keys, "--in", tables.folder / name, "--out", tables.folder / "back.arrow")
    return table_cli.read_arrow(str(tables.folder / "back.arrow"))


def leaf(tables, name, operator):
    """A recipient in a policy's tree."""
    return {"key_id": keyfile.load(str(key(tables, name, "pub"))).fingerprint.hex(), "operator": operator}


def test_python_reads_what_the_program_sealed(tables):
    tables.seal("--compress", "*")
    table = python_opens(tables, "table", EVERYBODY)
    assert table.column_names == HEADER.strip().split(";")
    assert table["commentaire"].to_pylist() == ['vu le matin\r\nrevu "le soir"', None, "ras"]
    assert table["motif"].to_pylist() == [None, "", "douleur"]  # NULL and "" are two things
    assert table["dep"].to_pylist() == ["01", "2A", "75"] and table["nir"].to_pylist()[0] == 2840175123456
    assert [str(each) for each in table["glycemie"].to_pylist()] == ["1.05", "0.90", "12.35"]
    assert [str(each) for each in table["entree"].to_pylist()] == ["2024-01-31", "2024-02-29", "2024-03-01"]
    assert python_opens(tables, "table", IDENTIFIERS).column_names == ["nir", "nom", "nom_naissance"]


def test_the_program_writes_as_csv_what_python_sealed(tables):
    tables.seal()
    table = python_opens(tables, "table", EVERYBODY)
    trees = {
        "identifiers": leaf(tables, "owner", "hospital"),
        "clinical": {"k": 2, "children": [leaf(tables, name, name) for name in t.CUSTODIANS]},
    }
    arguments = [part for name in ("owner", *t.CUSTODIANS) for part in ("--recipient", key(tables, name, "pub"))]
    for name, columns in (("identifiers", "n*"), ("clinical", ",".join(t.CLINICAL))):
        tables.town.write(f"{name}.json", json.dumps({"tree": trees[name]}).encode())
        arguments += ["--compartment", f"{name}={tables.folder / name}.json", "--columns", f"{name}={columns}"]
    table_cli.write_arrow(str(tables.folder / "stays.arrow"), table)
    signers = ["--producer", key(tables, "pipeline", "key"), "--owner", key(tables, "hospital", "pub")]
    files = ["--in", tables.folder / "stays.arrow", "--out", tables.folder / "python"]
    python("seal-table", *signers, "--dataset", t.DATASET, *arguments, "--rows", 2, *files)
    # Without the file's dialect, which the program keeps beside the columns, it is written as CSV is by default.
    written = tables.open("--to", "csv", name="python").decode()
    assert written.startswith(HEADER.strip().replace(";", ",") + "\n")
    assert "LÉVÊQUE,D'Été; née,2024-01-31,01,1.05" in written
    assert tables.open("--columns", "dep,motif", name="python", by=CUSTODIANS) == b'dep,motif\n01,\n2A,""\n75,douleur\n'
    assert tables.town.json(*tables.opening(name="python"), "-o", "out")["row_groups"] == 2
