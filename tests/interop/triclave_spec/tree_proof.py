"""Proofs about the Merkle tree of RFC 6962, sections 2.1.1 and 2.1.2 (SPEC section 14)."""

from __future__ import annotations

from typing import List, Sequence, Tuple

from . import merkle
from .encoding import h
from .errors import FORGED, require


def leaf_hash(entry: bytes) -> bytes:
    """MTH of one entry."""
    return h(b"\x00" + entry)


def _node(left: bytes, right: bytes) -> bytes:
    return h(b"\x01" + left + right)


def _split(size: int) -> int:
    return 1 << ((size - 1).bit_length() - 1)


def inclusion(index: int, entries: Sequence[bytes]) -> List[bytes]:
    """PATH(m, D[n])."""
    if len(entries) == 1:
        return []
    k = _split(len(entries))
    if index < k:
        return inclusion(index, entries[:k]) + [merkle.root(entries[k:])]
    return inclusion(index - k, entries[k:]) + [merkle.root(entries[:k])]


def consistency(old: int, entries: Sequence[bytes]) -> List[bytes]:
    """PROOF(m, D[n]); none where the older tree is empty."""
    return _subproof(old, entries, True) if old else []


def _subproof(old: int, entries: Sequence[bytes], whole: bool) -> List[bytes]:
    if old == len(entries):
        return [] if whole else [merkle.root(entries)]
    k = _split(len(entries))
    if old <= k:
        return _subproof(old, entries[:k], whole) + [merkle.root(entries[k:])]
    return _subproof(old - k, entries[k:], False) + [merkle.root(entries[:k])]


def _root_from(leaf: bytes, index: int, size: int, proof: List[bytes]) -> bytes:
    if size == 1:
        require(not proof, FORGED, "a proof has hashes left over")
        return leaf
    require(bool(proof), FORGED, "a proof is too short")
    k = _split(size)
    if index < k:
        return _node(_root_from(leaf, index, k, proof[:-1]), proof[-1])
    return _node(proof[-1], _root_from(leaf, index - k, size - k, proof[:-1]))


def check_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Refuses a proof that does not lead from the leaf to the root."""
    #= SPEC LOG-11
    require(index < size, FORGED, "the log has no such entry")
    require(_root_from(leaf, index, size, list(proof)) == root, FORGED, "a proof does not lead to the root")


def _roots_from(old: int, size: int, proof: List[bytes], known: bytes) -> Tuple[bytes, bytes]:
    """The older and the later root of a subtree; `known`: the older tree's root where it is the whole subtree, or b""."""
    if old == size:
        if known:
            require(not proof, FORGED, "a proof has hashes left over")
            return known, known
        require(len(proof) == 1, FORGED, "a proof has not the length that it needs")
        return proof[0], proof[0]
    require(bool(proof), FORGED, "a proof is too short")
    k = _split(size)
    if old <= k:
        before, now = _roots_from(old, k, proof[:-1], known)
        return before, _node(now, proof[-1])
    before, now = _roots_from(old - k, size - k, proof[:-1], b"")
    return _node(proof[-1], before), _node(proof[-1], now)


def check_consistency(old: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> None:
    """Refuses a tree that does not begin with the older one."""
    require(old <= size, FORGED, "the log has become shorter")
    if old == 0:
        require(not proof and old_root == merkle.root([]), FORGED, "the empty tree needs no proof")
        return
    before, now = _roots_from(old, size, list(proof), old_root)
    require(before == old_root and now == root, FORGED, "a tree does not begin with the older one")
