"""Encodings, the strict message reader, names and scalars (SPEC section 1)."""

from __future__ import annotations

import random
import re

import pytest
from triclave_spec import encoding, protobuf
from triclave_spec.errors import SpecError
from triclave_spec.messages import SCHEMA
from vector_kit.cast import small


def test_m() -> None:
    """M is a chain of LP; integers inside are fields like any other."""
    assert encoding.m() == b""
    assert encoding.m("a", b"", encoding.u16(0x647A)) == bytes.fromhex("00000001610000000000000002647a")
    assert encoding.lp(b"xyz") == b"\x00\x00\x00\x03xyz"


@pytest.mark.parametrize("name", ["a", "0.a_b-c", "x" * 64])
def test_strict_name_good(name: str) -> None:
    """ENC-03."""
    encoding.check_strict_name(name, "x")


@pytest.mark.parametrize("name", ["", "A", "x" * 65, "a b", "a/b", "é", "a\n"])
def test_strict_name_bad(name: str) -> None:
    """ENC-03."""
    with pytest.raises(SpecError, match="malformed"):
        encoding.check_strict_name(name, "x")


@pytest.mark.parametrize("name", ["", "a\x00", "a\x1f", "\x7f", "é" * 32 + "x"])
def test_free_name_bad(name: str) -> None:
    """ENC-04, with 64 bytes."""
    with pytest.raises(SpecError, match="malformed"):
        encoding.check_free_name(name, 64, "x")


def test_scalars() -> None:
    """ENC-05."""
    for value in (1, encoding.ORDER - 1):
        assert encoding.share_from_bytes(encoding.scalar_to_bytes(value)) == value
    for value in (0, encoding.ORDER, encoding.ORDER + 1, (1 << 256) - 1):
        with pytest.raises(SpecError, match="forged"):
            encoding.share_from_bytes(value.to_bytes(32, "little"))


GOOD = bytes.fromhex("0801" "1203616263" "2a0161" "3203" "0a0161" "3200")


def test_reads_and_writes_back() -> None:
    """A good message; a repeated element may be empty, and then has length 0."""
    message = protobuf.decode("Core", GOOD)
    assert message["suite"] == 1 and message["salt"] == b"abc" and len(message["compartments"]) == 2
    assert protobuf.encode("Core", message) == GOOD


@pytest.mark.parametrize("rule,name,data", [
    ("PB-01", "Core", "1203616263" "0801"),
    ("PB-01", "Rules", "0a024445" "120161" "0a024652"),
    ("PB-02", "Core", "0801" "0801"),
    ("PB-02", "PolicyNode", "0a020a00" "12020801"),
    ("PB-03", "Core", "0800"),
    ("PB-03", "Core", "1200"),
    ("PB-03", "ObjectHeader", "2200"),
    ("PB-03", "ObjectHeader", "3800"),
    ("PB-03", "CompartmentPolicy", "1200"),
    ("PB-04", "Core", "088100"),
    ("PB-04", "Core", "880001"),
    ("PB-04", "Core", "12830061626300"[:-2]),
    ("PB-05", "Core", "3a00"),
    ("PB-05", "Core", "0001"),
    ("PB-06", "Core", "0d01000000"),
    ("PB-06", "Core", "0a0101"),
    ("PB-06", "Core", "10" "03"),
    ("PB-06", "Core", "088080808010"),
    ("PB-06", "ObjectHeader", "3802"),
    ("PB-06", "CompartmentPolicy", "18ffffffffffffffffff02"),
    ("PB-06", "CompartmentPolicy", "18ffffffffffffffffffff01"),
    ("PB-06", "Core", "1b1c"),
    ("PB-06", "Core", "12"),
    ("PB-06", "Core", "1205616263"),
    ("PB-06", "Core", "08"),
    ("PB-07", "Core", "2a02c0af"),
    ("PB-07", "Core", "2a03eda080"),
])
def test_refuses(rule: str, name: str, data: str) -> None:
    """One spelling only."""
    with pytest.raises(SpecError) as caught:
        protobuf.decode(name, bytes.fromhex(data))
    assert caught.value.kind == "malformed", rule




def test_depth_and_fields() -> None:
    """PB-08: 24 levels and 65,536 fields stand, one more does not."""
    def node(thresholds: int) -> bytes:
        inner = protobuf.encode("PolicyNode", {"leaf": {"operator": "x"}})
        for _ in range(thresholds):
            inner = protobuf.write_field(2, protobuf.write_field(2, inner, "bytes"), "bytes")
        return inner
    protobuf.decode("PolicyNode", node(11))  # 1 + 2 * 11 for the nodes and one for the leaf: 24
    with pytest.raises(SpecError, match="nested"):
        protobuf.decode("PolicyNode", node(12))
    protobuf.decode("Wrap", b"\x2a\x01x" * 65_536)
    with pytest.raises(SpecError, match="too many"):
        protobuf.decode("Wrap", b"\x2a\x01x" * 65_537)
    with pytest.raises(SpecError, match="too many"):  # fields are counted in all, also those of messages inside
        protobuf.decode("Wrap", b"\x1a\x03\x0a\x01x" * 32_769)


def test_one_spelling_at_random() -> None:
    """Whatever the reader takes, the writer writes back the same; 40,000 changed messages, drawn with a fixed seed."""
    draw = random.Random(1)
    built = small("spelling")
    core, wrap = built.core, protobuf.encode("Wrap", built.wraps[0][0])  # type: ignore[arg-type]
    policy = built.wraps[0][0]["compartments"][0]["policy"]  # type: ignore[index]
    taken = 0
    for _ in range(40_000):
        name, data = draw.choice([("Core", core), ("Wrap", wrap[:34] + wrap[1200:]), ("CompartmentPolicy", policy)])
        at = draw.randrange(len(data))
        change = draw.randrange(3)
        changed = bytearray(data)
        if change == 0:
            changed[at] ^= 1 << draw.randrange(8)
        elif change == 1:
            del changed[at]
        else:
            changed.insert(at, draw.randrange(256))
        try:
            message = protobuf.decode(name, bytes(changed))
        except SpecError as error:
            assert error.kind == "malformed"
            continue
        taken += 1
        assert protobuf.encode(name, message) == bytes(changed)
    assert taken > 0


def test_schema_is_the_protos(request: pytest.FixtureRequest) -> None:
    """The tables are those of the .proto files."""
    folder = request.config.rootpath
    while not (folder / "src" / "format").is_dir():
        folder = folder.parent
    found = {}
    for file in ("capsule", "custodian", "erasure", "log", "object", "permit", "policy", "table"):
        text = re.sub(r"//.*", "", (folder / "src" / "format" / f"{file}.proto").read_text())
        for name, body in re.findall(r"message (\w+) \{((?:[^{}]|\{[^{}]*\})*)\}", text):
            fields = re.findall(r"(repeated )?(\w+) (\w+) = (\d+);", body)
            found[name] = {int(n): (field, kind, bool(many)) for many, kind, field, n in fields}
    ours = {name: {n: (f.name, f.type, f.repeated) for n, f in fields.items()} for name, fields in SCHEMA.items()}
    assert ours == found
