"""Every committed .vec file is judged as it expects, and the kit still writes what it says."""

from __future__ import annotations

from pathlib import Path
from typing import Dict

import pytest
from make_vectors import LARGEST, TOTAL, all_cases
from vector_kit.cast import SHARED
from vector_kit.custody_cast import SHARED as CUSTODY
from vector_kit.judge import judge
from vector_kit.vec import SHARED_FILE, Vec, pack, parse, parse_shared, unpack

FOLDER = Path(__file__).resolve().parent.parent / "vectors"
KEYS = set("comment type rule expect producer owner dataset identity own-key seen ask refused capsule compartment "
           "capsule-id data-key object plaintext-length plaintext-sha256 range file fingerprint passphrase public "
           "secret table column note rows chunk cell-column prefix cell value record covers permit-id permit-hash clock "
           "approved released revocation floor seen-nonce session mask permit requester request signature one-use answer "
           "entry log-key witness size root cosigned index proof log-file receipt kept path asks certificate verdict".split())
FILES = sorted(FOLDER.glob("*.vec"))


@pytest.fixture(scope="module")
def shared() -> Dict[str, bytes]:
    """The strings that files share."""
    return parse_shared((FOLDER / SHARED_FILE).read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_file(path: Path, shared: Dict[str, bytes]) -> None:
    """A committed file."""
    text = path.read_text(encoding="utf-8")
    vec = parse(path.stem, text)
    assert vec.text() == text
    assert {k for k, _ in vec.fields} <= KEYS
    assert judge(vec, shared) == vec.one("expect")
    if not vec.has("ask"):
        lazy = Vec(vec.name, vec.fields + [("ask", "enough")])
        assert judge(lazy, shared) == vec.one("expect"), "it depends on how many recipients are asked"


def test_sizes() -> None:
    """The files are there, and small."""
    sizes = [p.stat().st_size for p in FILES]
    assert len(sizes) >= 450 and max(sizes) <= LARGEST and sum(sizes) <= TOTAL


def test_kit_writes_the_committed_names() -> None:
    """A new writing has the same cases, with the same judgement."""
    cases = all_cases()
    assert sorted(v.name for v in cases) == sorted(p.stem for p in FILES)
    for vec in cases:
        assert judge(parse(vec.name, vec.text()), {**SHARED, **CUSTODY}) == vec.one("expect"), vec.name


def test_pieces() -> None:
    """Bytes as pieces and back."""
    shared = {"s": b"shared part"}
    for data in (b"", b"abc", bytes(64), bytes(63), b"a" + bytes(100) + b"b", b"xshared part" + bytes(70)):
        assert unpack(pack(data, shared), shared) == data
    assert pack(b"a" + bytes(100) + b"shared part", shared) == "YQ== *100 @s"
    vec = Vec("x").add("a", "1").add("a", "").add("b", "x: y")
    assert parse("x", vec.text()) == vec
