"""The program's tables: a hospital's CSV export in two compartments, sealed, opened, inspected and verified."""

import json

import pytest

import town as t
from table_town import CUSTODIANS, EVERYBODY, HEADER, IDENTIFIERS, STAYS, Tables, flipped, part_of, read_back

HIDDEN = ("dossier", "entree", "glycemie", "motif", "commentaire", "decimal", "tdD")



@pytest.fixture
def tables(town):
    return Tables(town)


# Sealing and opening


def test_an_export_comes_back_byte_for_byte(tables):
    told = tables.seal()
    assert told["byte_exact"] and told["rows"] == 3 and told["row_groups"] == 1
    assert {c["name"]: (c["type"], c["compartment"]) for c in told["columns"]} == {
        "nir": ("int64", "identifiers"), "nom": ("text", "identifiers"), "nom_naissance": ("text", "identifiers"),
        "dossier": ("text", "clinical"), "entree": ("date", "clinical"), "dep": ("text", "clinical"),
        "glycemie": ("decimal(4,2)", "clinical"), "motif": ("text", "clinical"), "commentaire": ("text", "clinical"),
    }  # fmt: skip
    assert tables.open() == STAYS
    told = tables.town.json(*tables.opening(), "-o", "back.csv")
    assert tables.sealed("back.csv") == STAYS
    assert told["closed"] == [] and told["all_columns"] == len(told["columns"]) == 9
    for word in ("LÉVÊQUE", "glycemie", "douleur", "nom_naissance", "000123"):
        assert word.encode() not in tables.sealed() and word.encode("latin-1") not in tables.sealed()


EXPORTS = {
    "lf": STAYS.replace(b"\r\n", b"\n"),
    "no last line end": STAYS[: -len(b"\r\n")],
    "utf-8": STAYS.decode("latin-1").encode(),
    "byte order mark": b"\xef\xbb\xbf" + STAYS.decode("latin-1").encode(),
    "windows-1252": STAYS.replace(b"ras", b"1 \x80"),
    "decimal point": STAYS.replace(b",", b"."),
    "no rows": HEADER.encode(),
    "comma": b"nir,dep\n1,01\n2,2B\n3,\n",
    "NA": b"nir;dep\n1;NA\n2;01\n",
    "quoted": b'"nir","dep"\n"1",""\n"2",\n',
}


@pytest.mark.parametrize("content", EXPORTS.values(), ids=EXPORTS)
def test_other_exports_come_back(tables, content):
    tables.town.write("stays.csv", content)
    assert tables.seal()["byte_exact"]
    assert tables.open() == content


def test_types_are_taken_and_what_they_lose_is_told(tables):
    told = tables.seal("--types", "dossier=int64", "glycemie=float64", "nir=text")
    assert not told["byte_exact"]
    types = {c["name"]: c["type"] for c in told["columns"]}
    assert (types["dossier"], types["glycemie"], types["nir"], types["entree"]) == ("int64", "float64", "text", "date")
    back = tables.open()
    assert back == STAYS.replace(b"000", b"").replace(b"0,90", b"0,9") != STAYS
    words = tables.town.ok(*tables.sealing(out="again"), "--types", "dossier=int64").decode()
    assert "differs" in words and "3 places" in words and "line 2, column dossier" in words and "000123" not in words
    tables.town.fails(t.INVALID_ARGUMENT, *tables.sealing(out="no"), "--types", "glycemie=money")
    assert "'absent'" in tables.town.fails(t.INVALID_ARGUMENT, *tables.sealing(out="no"), "--types", "absent=text")
    assert "dep" in tables.town.fails(t.MALFORMED, *tables.sealing(out="no"), "--types", "dep=int64")  # 2A
    assert "no" not in tables.town.names()


def test_a_column_that_nobody_claims_is_named(tables):
    tables.town.write("stays.csv", STAYS.replace(b"motif", b"poids"))
    words = tables.town.fails(t.INVALID_ARGUMENT, *tables.sealing())
    assert '"poids"' in words and "compartment" in words and "table" not in tables.town.names()


def test_what_excludes_each_other(tables):
    tables.seal()
    before = tables.sealed()
    assert "--force" in tables.town.fails(t.INVALID_ARGUMENT, *tables.sealing())
    tables.town.fails(t.INVALID_ARGUMENT, *tables.sealing(out="x"), "--compartment", "clinical")
    tables.town.fails(t.INVALID_ARGUMENT, *tables.sealing(out="x"), "--sign-content")
    tables.town.fails(t.INVALID_ARGUMENT, *tables.sealing(out="stays.csv"), "--force")
    tables.town.fails(t.INVALID_ARGUMENT, *tables.sealing()[:1], *tables.sealing(out="x")[2:], "--append")
    tables.refuses(t.INVALID_ARGUMENT, "--range", "0:10")
    tables.refuses(t.INVALID_ARGUMENT, "--to", "parquet")
    assert tables.sealed() == before and tables.sealed("stays.csv") == STAYS and "x" not in tables.town.names()
    tables.town.seal("stays.csv", "-o", "object")
    assert "no table" in tables.refuses(t.INVALID_ARGUMENT, "--columns", "nir", name="object", policy="policy")


# Columns and compartments


def test_each_opens_its_own_compartment(tables):
    tables.seal()
    mine = tables.town.run(*tables.opening(by=IDENTIFIERS))
    assert mine.returncode == 0 and mine.stdout.startswith(b"nir;nom;nom_naissance\r\n")
    assert read_back(mine.stdout) == part_of("nir", "nom", "nom_naissance")
    assert mine.stderr.startswith(b"triclave: without the columns of clinical: ")  # for who sees a pipe's end only
    theirs = tables.open(by=CUSTODIANS)
    assert read_back(theirs) == part_of(*t.CLINICAL) and "PÉRON".encode("latin-1") not in theirs
    assert tables.open("--compartment", "clinical") == theirs
    assert tables.open("--compartment", "clinical,identifiers") == STAYS
    words = tables.refuses(t.QUORUM_SHORT, "--compartment", "clinical", by=IDENTIFIERS)
    assert "clinical" in words and "outscale" in words
    tables.refuses(t.QUORUM_SHORT, "--compartment", "identifiers,clinical", by=CUSTODIANS)
    tables.refuses(t.QUORUM_SHORT, by=("ovh",))
    assert "identifiers, clinical" in tables.refuses(t.INVALID_ARGUMENT, "--compartment", "genomes")


def test_chosen_columns_come_in_the_order_of_their_names(tables):
    tables.seal()
    ran = tables.town.run(*tables.opening(by=CUSTODIANS), "--columns", "motif,dep")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, b'motif;dep\r\n;01\r\n"";2A\r\ndouleur;75\r\n', b"")
    assert tables.open("--columns", "dep,nir") == b"dep;nir\r\n01;2840175123456\r\n2A;184017512345699\r\n75;1840175123458\r\n"
    # Whether a closed compartment has a column, nobody is told.
    told = [tables.refuses(t.INVALID_ARGUMENT, "--columns", name, by=CUSTODIANS) for name in ("nir", "nix")]
    assert told[0].replace("nir", "nix") == told[1] and "identifiers" in told[0]
    told = tables.town.json(*tables.opening(by=CUSTODIANS), "-o", "out", "--columns", "dep")
    assert tables.sealed("out") == b"dep\r\n01\r\n2A\r\n75\r\n" and told["rows"] == 3


def test_json_tells_nothing_of_what_is_closed(tables):
    tables.seal()
    for arguments in (("-o", "out", "--json"), ("-o", "out2")):
        shown = tables.open(*arguments, by=IDENTIFIERS).decode()
        assert not [word for word in HIDDEN if word in shown] and "clinical" in shown
    told = tables.town.json(*tables.opening(by=IDENTIFIERS), "-o", "out3")
    assert [(c["name"], c["position"]) for c in told["columns"]] == [("nir", 0), ("nom", 2), ("nom_naissance", 3)]
    assert told["all_columns"] == 9 and told["rows"] == 3
    assert [(c["who"], c["kind"]) for c in told["closed"]] == [("clinical", "quorum_short")]
    tables.town.fails(t.INVALID_ARGUMENT, *tables.opening(), "-o", "-", "--columns", "absent")
    ran = tables.town.run(*tables.opening(), "--json")  # standard output is the rows' already
    assert ran.returncode == t.INVALID_ARGUMENT and json.loads(ran.stdout)["error"]["kind"] == "invalid_argument"


def test_a_pipe_has_no_end_to_begin_at(tables):
    tables.seal()
    for arguments in (tables.opening(name="-"), ("inspect", "-")):
        assert "save it to a file" in tables.town.fails(t.INVALID_ARGUMENT, *arguments, input=tables.sealed())
    # Into a pipe it can be sealed, and from one, where types are given.
    sealed = tables.town.ok(*tables.sealing(rows="-", out="-"), "--types", "text", "glycemie=decimal(4,2)", input=STAYS)
    tables.town.write("table", sealed)
    assert tables.open() == STAYS


# Looking


def test_inspect_without_and_with_keys(tables):
    tables.seal()
    shown = tables.town.ok("inspect", "table").decode()
    told = tables.town.json("inspect", "table")
    assert not [word for word in (*HIDDEN, "nir", "nom_") if word in shown + json.dumps(told)]
    (segment,) = told["segments"]
    assert (told["kind"], told["dataset"], told["sealed_size"]) == ("table", t.DATASET, len(tables.sealed()))
    assert segment["compartments"] == ["identifiers", "clinical"] and segment["name"] == "stays.csv"
    assert segment["embedded_capsule"] and "open" not in told
    for arguments in ((), ("--json",)):
        shown = tables.town.ok("inspect", "table", "--policy", "tables", *tables.town.keys("owner"), *arguments).decode()
        assert "nom_naissance" in shown and "clinical" in shown and not [word for word in HIDDEN if word in shown]
    told = tables.town.json("inspect", "table", "--policy", "tables", *tables.town.keys("owner"))
    assert [c["name"] for c in told["open"]["columns"]] == ["nir", "nom", "nom_naissance"]
    tables.town.fails(t.QUORUM_SHORT, "inspect", "table", "--policy", "tables", *tables.town.keys("ovh"))


def test_compressed_columns_are_told_to_who_can_open_them(tables):
    tables.town.write("stays.csv", STAYS + b"1840175123458;000125;PERON;;2024-03-01;75;12,35;douleur;ras\r\n" * 5000)
    tables.seal(out="plain")
    told = tables.seal("--compress", "com*", "nom")
    assert {c["name"] for c in told["columns"] if c["compressed"]} == {"commentaire", "nom"}
    assert len(tables.sealed()) < len(tables.sealed("plain"))
    assert tables.open() == tables.open(name="plain") == tables.sealed("stays.csv")
    words = tables.town.ok("inspect", "table", "--policy", "tables", *tables.town.keys("owner")).decode()
    assert "how repetitive" in words and "nom:" in words and "commentaire" not in words
    assert "commentaire" in tables.town.ok("inspect", "table", "--policy", "tables", *tables.town.keys(*CUSTODIANS)).decode()


def test_verify(tables):
    tables.seal()
    arguments = ("verify", "table", "--policy", "tables")
    told = tables.town.json(*arguments)
    assert (told["objects"], told["capsules"], told["read_through"]) == (1, 1, None)
    told = tables.town.json(*arguments, "--can-open", *tables.town.keys(*EVERYBODY))
    assert told["read_through"] == len(tables.sealed())
    told = tables.town.json(*arguments, "--rehearse", *tables.town.keys("owner", *t.CUSTODIANS))
    coalitions = {each["compartment"]: {frozenset(c) for c in each["coalitions"]} for each in told["rehearsals"]}
    pairs = {frozenset(pair) for pair in (("outscale", "ovh"), ("outscale", "orange"), ("ovh", "orange"))}
    assert coalitions == {"identifiers": {frozenset({"owner"})}, "clinical": pairs}
    # Before a source is deleted, a part is not enough.
    assert "clinical" in tables.town.fails(t.QUORUM_SHORT, *arguments, "--can-open", *tables.town.keys(*IDENTIFIERS))
    assert "identifiers" in tables.town.fails(t.QUORUM_SHORT, *arguments, "--can-open", *tables.town.keys(*CUSTODIANS))
    (segment,) = tables.segments()
    tables.town.write("table", flipped(tables.sealed(), tables.sealed().index(segment.body) + 100))
    tables.town.ok(*arguments)  # the damage is in a chunk, which needs keys to judge
    tables.town.fails(t.FORGED, *arguments, "--can-open", *tables.town.keys(*EVERYBODY))
