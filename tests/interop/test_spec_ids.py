"""The rules that this implementation cites are those of SPEC.md, and none is forgotten."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = Path(__file__).resolve().parent / "triclave_spec"


def test_every_rule_is_cited() -> None:
    """Both ways."""
    rules = set(re.findall(r"\*\*\[([A-Z]+-\d\d)\]\*\*", (ROOT / "src" / "format" / "SPEC.md").read_text()))
    cited = set()
    for file in PACKAGE.glob("*.py"):
        cited |= set(re.findall(r"^\s*#= SPEC ([A-Z]+-\d\d)$", file.read_text(), re.MULTILINE))
    assert cited - rules == set(), "cited, but not in SPEC.md"
    assert rules - cited == set(), "in SPEC.md, but cited nowhere"


def test_vectors_cite_rules() -> None:
    """Each .vec file names the rule that it is about."""
    spec = (ROOT / "src" / "format" / "SPEC.md").read_text()
    for file in (ROOT / "tests" / "vectors").glob("*.vec"):
        (rule,) = re.findall(r"^rule: (.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)
        assert f"**[{rule}]**" in spec, file.name
