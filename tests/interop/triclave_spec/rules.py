"""The sealer's judgement of a policy's rules (SPEC section 4, Rules; POL-04).

The registry stands in the policy file, which SPEC.md does not describe: here it is a mapping from key id to facts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from typing import Callable, Dict, Mapping, Optional, Set

from . import policy as wire
from .errors import POLICY_REFUSED, require

# The European Economic Area.
EEA = frozenset("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK".split())


@dataclass(frozen=True)
class Facts:
    """What the registry says about a recipient: countries, labels with the second at which they expire (0: never)."""

    country: str = ""
    owner_country: str = ""
    labels: Mapping[str, int] = field(default_factory=dict)
    is_owner: bool = False


def _satisfied_by(tree: wire.Node, chosen: Callable[[wire.Leaf], bool]) -> bool:
    return wire.satisfied(tree, {path: True for path, leaf in wire.leaves(tree) if chosen(leaf)})


def _fewest(tree: wire.Node, group: Callable[[wire.Leaf], str]) -> int:
    """The size of the smallest set of groups (operators, countries) whose leaves satisfy the tree."""
    groups: Set[str] = {group(leaf) for _, leaf in wire.leaves(tree)}
    for size in range(1, len(groups) + 1):
        for some in combinations(sorted(groups), size):
            if _satisfied_by(tree, lambda leaf: group(leaf) in some):
                return size
    return len(groups)


def judge(policy: wire.Policy, now: int, registry: Optional[Mapping[bytes, Facts]] = None) -> None:
    """Refuses a policy that breaks its own rules or has expired. A recipient without facts breaks rules on facts."""
    rules, tree = policy.rules, policy.tree
    #= SPEC POL-04
    require(policy.expires == 0 or now < policy.expires, POLICY_REFUSED, "the policy has expired")
    facts: Dict[bytes, Facts] = dict(registry or {})
    needs_facts = rules.deny_coalition or rules.require_label or rules.region or rules.min_countries
    for _, leaf in wire.leaves(tree):
        require(not needs_facts or leaf.key_id in facts, POLICY_REFUSED, "the registry lacks a recipient")
    for country in rules.deny_coalition:
        require(not _satisfied_by(tree, lambda leaf: country in _reach(facts[leaf.key_id])), POLICY_REFUSED,
                f"{country} can compel recipients that satisfy the tree")
    for _, leaf in wire.leaves(tree):
        if not needs_facts:
            break
        known = facts[leaf.key_id]
        for label in rules.require_label:
            until = known.labels.get(label)
            holds = until is not None and (until == 0 or now < until)
            require(known.is_owner or holds, POLICY_REFUSED, f"a recipient lacks the label {label}")
        if rules.region:
            region = EEA if rules.region == "EEA" else {rules.region}
            require(_reach(known) <= region, POLICY_REFUSED, f"a recipient is not in {rules.region}")
    require(_fewest(tree, lambda leaf: leaf.operator) >= rules.min_operators, POLICY_REFUSED, "too few operators")
    if rules.min_countries:
        require(_fewest(tree, lambda leaf: facts[leaf.key_id].country) >= rules.min_countries, POLICY_REFUSED,
                "too few countries")


def _reach(known: Facts) -> Set[str]:
    return {known.country, known.owner_country}
