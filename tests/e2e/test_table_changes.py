"""What a sealed table becomes later: other custodians for a compartment, more rows, a capsule kept apart."""

import pytest

import town as t
from table_town import CUSTODIANS, EVERYBODY, HEADER, IDENTIFIERS, NEXT, STAYS, Tables, part_of, read_back


@pytest.fixture
def tables(town):
    return Tables(town)


@pytest.fixture
def renewed(tables):
    """A second policy: orange left, scaleway came, the custodians that stay made new keys; the owner's key is the same."""
    town = tables.town
    for name in ("outscale-2", "ovh-2", "scaleway"):
        town.ok("keygen", "recipient", name, "-o", "keys")
    registry = [
        t.recipient("owner", "OWNER", operator="hospital"), t.recipient("outscale", key="outscale-2"),
        t.recipient("ovh", key="ovh-2"), t.recipient("scaleway"),
    ]  # fmt: skip
    town.write_table_policy("tables-2", "2 of (outscale, ovh, scaleway)", registry)
    return tables


def rewrapping(tables, *more, by=CUSTODIANS, owner="hospital"):
    policies = ("--policy", "tables", "--to", "tables-2", "--owner", f"keys/{owner}.key")
    return ("rewrap", "table", *policies, *tables.town.keys(*by), *more)


def test_one_compartment_goes_to_other_custodians(renewed):
    renewed.seal()
    (before,) = renewed.segments()
    told = renewed.town.json(*rewrapping(renewed, "--compartment", "clinical", "-o", "new"))
    assert {c["name"]: c["generation"] for c in told["capsules"][0]["compartments"]} == {"identifiers": 0, "clinical": 1}
    (after,) = renewed.segments("new")
    assert after.capsule != before.capsule
    assert (after.header, after.body, after.footers) == (before.header, before.body, before.footers)
    # The new ones open it, the old ones no longer; the rest opens as it did.
    theirs = renewed.open(name="new", by=("ovh-2", "scaleway"), policy="tables-2")
    assert read_back(theirs) == part_of(*t.CLINICAL)
    renewed.refuses(t.QUORUM_SHORT, name="new", by=CUSTODIANS, policy="tables-2")
    assert read_back(renewed.open(name="new", by=IDENTIFIERS, policy="tables-2")) == part_of("nir", "nom", "nom_naissance")
    assert renewed.open(name="new", by=("owner", "ovh-2", "scaleway"), policy="tables-2") == STAYS
    # Whoever has seen the new one is not given the old one any more.
    assert "old" in renewed.refuses(t.FORGED, by=EVERYBODY)
    assert renewed.open("--no-memory") == STAYS
    keys = renewed.town.keys("owner", "ovh-2", "scaleway")
    renewed.town.ok("verify", "new", "--policy", "tables-2", "--can-open", *keys)


def test_who_may_rewrap(renewed):
    renewed.seal()
    before = renewed.sealed()
    renewed.town.fails(t.QUORUM_SHORT, *rewrapping(renewed, "--compartment", "clinical", by=IDENTIFIERS))
    renewed.town.fails(t.QUORUM_SHORT, *rewrapping(renewed))  # identifiers, too: the owner's key is missing
    renewed.town.fails(t.INVALID_ARGUMENT, *rewrapping(renewed, "--compartment", "clinical", owner="pipeline"))
    assert renewed.sealed() == before
    renewed.town.ok(*rewrapping(renewed, by=EVERYBODY))  # in its place
    assert renewed.sealed() != before
    assert renewed.open(by=("owner", "ovh-2", "scaleway"), policy="tables-2") == STAYS


def test_appended_rows_stand_behind_in_a_session_of_their_own(tables):
    tables.seal()
    first = tables.sealed()
    tables.town.write("next.csv", NEXT)
    told = tables.seal("--append", rows="next.csv")
    assert told["rows"] == 2 and tables.sealed().startswith(first)
    tables.town.write("copy", first)
    assert "verify --can-open" in tables.town.ok(*tables.sealing(rows="next.csv", out="copy"), "--append").decode()
    assert tables.open() == STAYS + NEXT[len(HEADER) :]
    assert tables.open("--columns", "dep", by=CUSTODIANS) == b"dep\r\n01\r\n2A\r\n75\r\n971\r\n02\r\n"
    told = tables.town.json("inspect", "table")
    ids = [each["capsule_id"] for each in told["segments"]]
    assert [each["name"] for each in told["segments"]] == ["stays.csv", "next.csv"] and len(set(ids)) == 2
    told = tables.town.json(*tables.opening(), "-o", "back.csv")
    assert (told["rows"], told["row_groups"]) == (5, 2)
    assert [sorted(each["used"]) for each in told["gathered"]] == [sorted(EVERYBODY)] * 2
    assert tables.town.json("verify", "table", "--policy", "tables")["capsules"] == 2
    # Segments that changed places, or lost the one before.
    second = tables.sealed()[len(first) :]
    for wrong in (second + first, second, first + first, first + second + second):
        tables.town.write("wrong", wrong)
        tables.refuses(t.FORGED, name="wrong")


def test_every_segments_keys_are_needed(renewed):
    renewed.seal()
    renewed.town.write("next.csv", NEXT)
    renewed.seal("--append", rows="next.csv", policy="tables-2")  # no key of the first session is needed to append
    for by in (CUSTODIANS, ("ovh-2", "scaleway")):
        renewed.refuses(t.QUORUM_SHORT, by=by, policy="tables-2")
    assert read_back(renewed.open(by=IDENTIFIERS, policy="tables-2"))[-1] == ["1", "", ""]
    assert renewed.open(by=EVERYBODY + ("ovh-2", "scaleway"), policy="tables-2") == STAYS + NEXT[len(HEADER) :]


def test_rows_of_another_form_are_told_by_who_can_see_it(tables):
    """The producer cannot read what stands there; what stood there before is in front, as it was."""
    tables.seal()
    first = tables.sealed()
    tables.seal("--append", "--types", "glycemie=float64")
    assert tables.sealed().startswith(first)
    assert "glycemie" in tables.refuses(t.MALFORMED)
    assert "glycemie" not in tables.open("--columns", "nom", by=IDENTIFIERS).decode("latin-1")


def test_what_cannot_be_appended_to_stays_as_it_is(tables):
    tables.town.seal("stays.csv", "-o", "object")
    tables.town.write("text", b"no table at all")
    for name, code in (("object", t.MALFORMED), ("text", t.MALFORMED), ("absent", t.IO)):
        before = tables.town.names(), name != "absent" and tables.sealed(name)
        tables.town.fails(code, *tables.sealing(out=name), "--append")
        assert (tables.town.names(), name != "absent" and tables.sealed(name)) == before


def test_a_capsule_kept_apart(tables):
    tables.seal("--detached", "capsule")
    assert tables.open("--capsule", "capsule") == STAYS
    assert "--capsule" in tables.refuses(t.INVALID_ARGUMENT)
    assert not tables.town.json("inspect", "table")["segments"][0]["embedded_capsule"]
    tables.town.ok("verify", "table", "--capsule", "capsule", "--policy", "tables")
    tables.town.write("next.csv", NEXT)
    tables.seal("--append", rows="next.csv")
    assert tables.open("--capsule", "capsule") == STAYS + NEXT[len(HEADER) :]
    tables.seal(out="other")
    (segment,) = tables.segments("other")
    tables.town.write("wrong", segment.capsule)
    tables.refuses(t.INVALID_ARGUMENT, "--capsule", "wrong")  # another capsule is none of this table's
    # Where stores keep them, capsules are found, several too.
    tables.seal("--detached", "capsule-2", rows="next.csv", out="cloud")
    tables.seal("--detached", "capsule-3", "--append", out="cloud")
    for segment, name in zip(tables.town.json("inspect", "cloud")["segments"], ("capsule-2", "capsule-3")):
        tables.town.write(f".triclave/{segment['capsule_id']}.capsule", tables.sealed(name))
    # The first session's file was plain ASCII, and as such a UTF-8 one: so are the names that came later.
    assert tables.open(name="cloud") == NEXT + STAYS[len(HEADER) :].decode("latin-1").encode()
