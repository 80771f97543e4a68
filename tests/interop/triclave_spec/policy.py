"""A compartment's policy on the wire, and its tree: paths, splitting and combining (SPEC sections 4 and 5)."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import Dict, Iterator, List, Mapping, Optional, Tuple, Union

from . import protobuf, record, shamir
from .encoding import check_free_name, scalar_to_bytes, u8
from .errors import MALFORMED, require
from .kdf import Random

Path = bytes


@dataclass(frozen=True)
class Leaf:
    """A recipient's place in a tree."""

    key_id: bytes
    operator: str


@dataclass(frozen=True)
class Threshold:
    """k of the children."""

    k: int
    children: Tuple["Node", ...]


Node = Union[Leaf, Threshold]


@dataclass(frozen=True)
class Rules:
    """The owner's word at sealing time."""

    deny_coalition: Tuple[str, ...] = ()
    require_label: Tuple[str, ...] = ()
    region: str = ""
    min_operators: int = 0
    min_countries: int = 0


@dataclass(frozen=True)
class Policy:
    """CompartmentPolicy."""

    tree: Node
    authority: bytes = b""
    rules: Rules = field(default_factory=Rules)
    expires: int = 0


def all_of(*children: Node) -> Threshold:
    """AND is n of n."""
    return Threshold(len(children), children)


def any_of(*children: Node) -> Threshold:
    """OR is 1 of n."""
    return Threshold(1, children)


def leaves(node: Node, path: Path = b"") -> Iterator[Tuple[Path, Leaf]]:
    """Each leaf with its path, in written order."""
    if isinstance(node, Leaf):
        yield path, node
    else:
        for i, child in enumerate(node.children, 1):
            yield from leaves(child, path + u8(i))


def _check(node: Node, level: int) -> None:
    record.limit(level, 1, record.MAX_LEVELS, "levels of a policy tree")
    if isinstance(node, Leaf):
        #= SPEC POL-02
        require(len(node.key_id) == 32, MALFORMED, "a key id in a policy does not have 32 bytes")
        check_free_name(node.operator, 64, "an operator")
        return
    #= SPEC POL-01
    record.limit(len(node.children), 1, record.MAX_CHILDREN, "children of a node")
    require(1 <= node.k <= len(node.children), MALFORMED, "a threshold is not within 1 and its children")
    here = [c for c in node.children if isinstance(c, Leaf)]
    require(len({c.key_id for c in here}) == len(here), MALFORMED, "a key stands twice at one node")
    require(len({c.operator for c in here}) == len(here), MALFORMED, "an operator stands twice at one node")
    for child in node.children:
        _check(child, level + 1)


def _check_rules(rules: Rules) -> None:
    #= SPEC POL-05
    country, label = re.compile("[A-Z]{2}"), re.compile("[!-~]{1,64}")
    form = (all(country.fullmatch(c) for c in rules.deny_coalition) and all(label.fullmatch(x) for x in rules.require_label)
            and (rules.region in ("", "EEA") or country.fullmatch(rules.region) is not None)
            and rules.min_operators <= 64 and rules.min_countries <= 64)
    require(form, MALFORMED, "a rule of a policy does not have its form")


def check(policy: Policy) -> None:
    """The form of a policy; its rules are judged at sealing (rules.py)."""
    #= SPEC POL-03
    require(len(policy.authority) in (0, 32), MALFORMED, "a policy's authority does not have 32 bytes")
    _check_rules(policy.rules)
    _check(policy.tree, 1)
    record.limit(len(list(leaves(policy.tree))), 1, record.MAX_LEAVES, "leaves of a policy tree")


def _node_to_message(node: Node) -> protobuf.Message:
    if isinstance(node, Leaf):
        return {"leaf": {"key_id": node.key_id, "operator": node.operator}}
    return {"threshold": {"k": node.k, "children": [_node_to_message(c) for c in node.children]}}


def encode(policy: Policy) -> bytes:
    """Writes a CompartmentPolicy, well-formed or not."""
    rules = vars(policy.rules).copy()
    return protobuf.encode("CompartmentPolicy", {
        "authority": policy.authority,
        "rules": rules if any(rules.values()) else None,
        "expires": policy.expires,
        "tree": _node_to_message(policy.tree),
    })


def _node_from_message(message: Optional[protobuf.Message]) -> Node:
    leaf, threshold = (message["leaf"], message["threshold"]) if message else (None, None)
    require((leaf is None) != (threshold is None), MALFORMED, "a node is not exactly one of leaf and threshold")
    if leaf is not None:
        return Leaf(leaf["key_id"], leaf["operator"])
    return Threshold(threshold["k"], tuple(_node_from_message(c) for c in threshold["children"]))


def decode(data: bytes) -> Policy:
    """Reads and checks a CompartmentPolicy."""
    record.limit(len(data), 0, record.MAX_POLICY, "bytes of a policy")
    message = protobuf.decode("CompartmentPolicy", data)
    rules = message["rules"] or protobuf.empty("Rules")
    policy = Policy(
        tree=_node_from_message(message["tree"]),
        authority=message["authority"],
        rules=Rules(**{k: tuple(v) if isinstance(v, list) else v for k, v in rules.items()}),
        expires=message["expires"],
    )
    check(policy)
    return policy


def _deal(node: Node, value: int, random: Random) -> List[int]:
    if isinstance(node, Leaf):
        return [value]
    values = shamir.shard(value, node.k, len(node.children), random)
    return [share for child, v in zip(node.children, values) for share in _deal(child, v, random)]


def split(tree: Node, secret: int, random: Random = os.urandom) -> List[bytes]:
    """The leaves' shares, in written order; starts over where one comes out 0 (SPL-01)."""
    while True:
        shares = _deal(tree, secret, random)
        if all(shares):
            return [scalar_to_bytes(s) for s in shares]


def combine(node: Node, known: Mapping[Path, int], path: Path = b"") -> Optional[int]:
    """The node's secret, or None where too few leaves are known. Refuses what lies off a polynomial (SPL-02)."""
    if isinstance(node, Leaf):
        return known.get(path)
    points: Dict[int, int] = {}
    for i, child in enumerate(node.children, 1):
        value = combine(child, known, path + u8(i))
        if value is not None:
            points[i] = value
    return shamir.combine(points, node.k) if len(points) >= node.k else None


def satisfied(node: Node, known: Mapping[Path, object], path: Path = b"") -> bool:
    """Whether these leaves satisfy the tree."""
    if isinstance(node, Leaf):
        return path in known
    return sum(satisfied(c, known, path + u8(i)) for i, c in enumerate(node.children, 1)) >= node.k
