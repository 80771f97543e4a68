"""What a sealer refuses (SPEC section 4, POL-04)."""

from __future__ import annotations

from typing import Dict

import pytest
from triclave_spec import rules, sealing
from triclave_spec.errors import SpecError
from triclave_spec.policy import Policy, Rules, Threshold, all_of, any_of
from triclave_spec.rules import Facts
from vector_kit.cast import KEYS, OWNER, PRODUCER, PUBLICS, leaf

REGISTRY: Dict[bytes, Facts] = {
    KEYS["owner"].id: Facts("DE", "DE", is_owner=True),
    KEYS["alice"].id: Facts("FR", "FR", {"audited": 2_000}),
    KEYS["bob"].id: Facts("IE", "US", {"audited": 0}),
    KEYS["carol"].id: Facts("US", "US", {}),
}
TWO = Threshold(2, (leaf("alice"), leaf("bob"), leaf("carol")))
PAIR = all_of(leaf("owner"), leaf("alice"))


@pytest.mark.parametrize("policy", [
    Policy(TWO), Policy(TWO, expires=1_001), Policy(PAIR, rules=Rules(deny_coalition=("US", "FR"))),
    Policy(PAIR, rules=Rules(require_label=("audited",))), Policy(PAIR, rules=Rules(region="EEA")),
    Policy(leaf("owner"), rules=Rules(region="DE")), Policy(TWO, rules=Rules(min_operators=2, min_countries=2)),
])
def test_keeps_its_rules(policy: Policy) -> None:
    """Good policies."""
    rules.judge(policy, 1_000, REGISTRY)


@pytest.mark.parametrize("policy", [
    Policy(TWO, expires=1_000), Policy(TWO, rules=Rules(deny_coalition=("DE", "US"))),
    Policy(any_of(leaf("owner"), leaf("alice")), rules=Rules(deny_coalition=("FR",))),
    Policy(all_of(leaf("owner"), leaf("carol")), rules=Rules(require_label=("audited",))),
    Policy(all_of(leaf("owner"), leaf("bob")), rules=Rules(region="EEA")), Policy(PAIR, rules=Rules(region="DE")),
    Policy(TWO, rules=Rules(min_operators=3)), Policy(any_of(leaf("alice"), leaf("bob")), rules=Rules(min_countries=2)),
    Policy(leaf("erin"), rules=Rules(region="EEA")),
    Policy(all_of(any_of(leaf("alice", "acme")), any_of(leaf("bob", "acme"))), rules=Rules(min_operators=2)),
])
def test_breaks_its_rules(policy: Policy) -> None:
    """Bad ones, and sealing under them."""
    with pytest.raises(SpecError, match="policy_refused"):
        rules.judge(policy, 1_000, REGISTRY)
    with pytest.raises(SpecError, match="policy_refused"):
        sealing.build(PRODUCER, OWNER.id, "weather", {"west": policy}, PUBLICS, REGISTRY, now=1_000)


def test_label_expires() -> None:
    """A label that has expired is none."""
    policy = Policy(PAIR, rules=Rules(require_label=("audited",)))
    rules.judge(policy, 1_999, REGISTRY)
    with pytest.raises(SpecError, match="policy_refused"):
        rules.judge(policy, 2_000, REGISTRY)
