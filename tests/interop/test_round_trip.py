"""Sealing and opening: capsules, rewraps and objects (SPEC sections 5 to 8)."""

from __future__ import annotations

from typing import Dict, List

import pytest
from triclave_spec import capsule as reading
from triclave_spec import objects, opening, sealing, shamir
from triclave_spec import policy as wire
from triclave_spec.cobblestone import CHUNK, PREFIX
from triclave_spec.encoding import ORDER
from triclave_spec.errors import SpecError
from triclave_spec.policy import Policy, Threshold, all_of, any_of
from vector_kit.cast import KEYS, OWNER, PRODUCER, PUBLICS, leaf
from vector_kit.good_capsules import NESTED, trust

SIZES = [0, 1, 15, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 5]


def _build(policies: Dict[str, Policy]) -> sealing.Built:
    return sealing.build(PRODUCER, OWNER.id, "weather", policies, PUBLICS)


def _keys(*names: str) -> list:
    return [KEYS[n] for n in names]


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("size", SIZES)
def test_object(size: int, signed: bool) -> None:
    """Objects of every kind of length, whole and by ranges, inside and detached."""
    built = _build({"west": Policy(leaf("owner"))})
    plaintext = bytes(i * 7 % 251 for i in range(size))
    data = objects.seal(built.core, built.record, "west", built.data_keys["west"], plaintext, "n",
                        PRODUCER if signed else None)
    sealed = objects.parse(data)
    capsule = reading.read(sealed.capsule, trust())
    key = opening.open_compartment(capsule, "west", _keys("owner")).data_key
    assert key == built.data_keys["west"]
    assert sealed.read_whole(capsule, key) == plaintext
    reader = sealed.reader(key)
    assert reader.length() == size
    for offset in (0, 1, size // 2, max(0, size - 1), size, size + 10, CHUNK - 1, CHUNK):
        for length in (0, 1, 2, CHUNK, size + 1):
            assert sealed.reader(key).read(offset, length) == plaintext[offset:offset + length]
    assert sealed.reader(key).read_suffix(3) == plaintext[-3:]
    detached = objects.encode(sealed.header, b"", sealed.stream, sealed.signature)
    assert objects.parse(detached).read_whole(capsule, key) == plaintext


def test_range_reads_authenticate_what_they_give() -> None:
    """A damaged chunk spoils only ranges in it; a length and a suffix need the last chunk (OBJ-07)."""
    built = _build({"west": Policy(leaf("owner"))})
    key = built.data_keys["west"]
    sealed = objects.parse(objects.seal(built.core, built.record, "west", key, bytes(2 * CHUNK + 9)))
    damaged = bytearray(sealed.stream)
    damaged[-1] ^= 1
    reader = objects.cobblestone.Reader(key, objects.stream_context(sealed.header, 0), bytes(damaged))
    assert reader.read(0, 2 * CHUNK) == bytes(2 * CHUNK)
    for ask in (reader.length, lambda: reader.read_suffix(1), lambda: reader.read(0, 3 * CHUNK),
                lambda: reader.read(2 * CHUNK, 1), lambda: reader.read(9 * CHUNK, 1)):
        with pytest.raises(SpecError, match="forged"):
            ask()
    damaged[PREFIX + 5] ^= 1
    reader = objects.cobblestone.Reader(key, objects.stream_context(sealed.header, 0), bytes(damaged))
    assert reader.read(CHUNK, 5) == bytes(5)
    with pytest.raises(SpecError, match="forged"):
        reader.read(0, 1)


@pytest.mark.parametrize("tree,good,bad", [
    (NESTED, [["owner", "dave"], ["owner", "alice", "carol"], ["owner", "alice", "bob", "carol", "dave"]],
     [["owner"], ["dave", "alice", "bob"], ["owner", "alice"], []]),
    (Threshold(3, (leaf("owner"), all_of(leaf("alice"), leaf("bob")), leaf("carol"),
                   any_of(leaf("dave"), leaf("erin")))),
     [["owner", "carol", "erin"], ["alice", "bob", "carol", "dave"]], [["alice", "carol", "dave"], ["owner", "carol"]]),
])
def test_trees(tree: wire.Node, good: List[List[str]], bad: List[List[str]]) -> None:
    """Who satisfies a tree opens, nobody else; stopping early gives the same."""
    built = _build({"west": Policy(tree)})
    capsule = reading.read(built.record, trust())
    for who in good:
        for ask_all in (True, False):
            got = opening.open_compartment(capsule, "west", _keys(*who), ask_all=ask_all)
            assert (got.secret, got.data_key) == (built.secrets["west"], built.data_keys["west"])
    for who in bad:
        with pytest.raises(SpecError, match="quorum_short"):
            opening.open_compartment(capsule, "west", _keys(*who))


def test_rewraps_in_a_row() -> None:
    """Three generations: objects stay, former recipients lose, former keys never come back (CAP-13)."""
    built = _build({c: Policy(any_of(leaf("owner"), leaf("alice"))) for c in ("west", "east")})
    data = objects.seal(built.core, built.record, "west", built.data_keys["west"], b"stays")
    record, memory = built.record, {}
    for generation, who in enumerate(("bob", "carol", "dave"), 1):
        capsule = reading.read(record, trust())
        record = sealing.rewrap(capsule, OWNER, [KEYS["owner"].id], {"west": Policy(any_of(leaf("owner"), leaf(who)))},
                                PUBLICS, _keys("owner"))
        after = reading.read(record, trust())
        assert [w.generation for w in after.wraps] == [0, generation] and after.core == capsule.core
        got = opening.open_compartment(after, "west", _keys(who), memory)
        assert objects.parse(objects.replace_capsule(data, record)).read_whole(after, got.data_key) == b"stays"
        with pytest.raises(SpecError, match="quorum_short"):
            opening.open_compartment(after, "west", _keys("alice"))
        opening.open_compartment(after, "east", _keys("alice"), memory)
        with pytest.raises(SpecError, match="forged"):
            opening.open_compartment(capsule, "west", _keys("owner"), memory)
        for former in ("alice", who):
            with pytest.raises(SpecError, match="invalid_argument"):
                sealing.rewrap(after, OWNER, [KEYS["owner"].id], {"west": Policy(leaf(former))}, PUBLICS,
                               _keys("owner"))
    assert after.wraps[-1].former == sorted(KEYS[n].id for n in ("alice", "bob", "carol"))
    with pytest.raises(SpecError, match="invalid_argument"):
        sealing.rewrap(after, PRODUCER, [], {"west": Policy(leaf("erin"))}, PUBLICS, _keys("owner"))


def test_split_starts_over_on_zero() -> None:
    """SPL-01: coefficients under which a leaf would get 0 are thrown away."""
    tree, secret, draws = all_of(leaf("owner"), leaf("alice")), 5, []

    def random(length: int) -> bytes:
        draws.append(length)
        value = ORDER - 5 if len(draws) == 1 else 3  # 5 + (L - 5) * 1 = 0
        return value.to_bytes(length, "little")
    shares = wire.split(tree, secret, random)
    assert len(draws) == 2 and [int.from_bytes(s, "little") for s in shares] == [8, 11]


def test_fresh_randomness() -> None:
    """SPL-01, CAP-10, OBJ-03, OBJ-04: nothing is drawn twice."""
    records = [_build({"west": Policy(all_of(leaf("owner"), leaf("alice")))}) for _ in range(2)]
    a, b = (reading.read(r.record, trust()) for r in records)
    assert a.core.salt != b.core.salt and a.core.id != b.core.id
    assert not {e for _, e in a.wraps[0].recipients.values()} & {e for _, e in b.wraps[0].recipients.values()}
    built = records[0]
    x, y = (objects.parse(objects.seal(built.core, built.record, "west", built.data_keys["west"], b"")) for _ in "ab")
    assert x.object_id != y.object_id and x.stream[:24] != y.stream[:24]
    assert shamir.random_secret() != shamir.random_secret()
