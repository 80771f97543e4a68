#!/usr/bin/env python3
"""Writes tests/vectors/*.vec and judges each of them once: `make_vectors.py [FOLDER [PREFIX ..]]`.

With prefixes, only the files whose names begin so are written, and the shared strings that are not there yet.

Keys, secrets, shares and salts come from SHAKE-256 streams with fixed seeds. ML-KEM encapsulations and ML-DSA
signatures draw coins inside the library that cannot be fixed, so a new writing is another set of files that says the
same: the committed files are the ones that count.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import List

from vector_kit import cell_cases, chunk_cases, erasure_cases, footer_cases, forged_capsules, good_capsules
from vector_kit import keyfile_cases, log_cases, malformed_capsules, note_cases, object_cases, permit_cases, release_cases
from vector_kit import table_cases, table_forgeries
from vector_kit.cast import SHARED
from vector_kit.custody_cast import SHARED as CUSTODY
from vector_kit.judge import judge
from vector_kit.vec import SHARED_FILE, Vec, parse, parse_shared, shared_text

DEFAULT = Path(__file__).resolve().parent.parent / "vectors"
LARGEST, TOTAL = 40_000, 3_300_000


def all_cases() -> List[Vec]:
    """Every case of the kit."""
    groups = (good_capsules, forged_capsules, malformed_capsules, object_cases, keyfile_cases, table_cases,
              table_forgeries, footer_cases, chunk_cases, cell_cases, permit_cases, release_cases, log_cases, note_cases,
              erasure_cases)
    return [vec for group in groups for vec in group.cases()]


def main(folder: Path = DEFAULT, *prefixes: str) -> int:
    """Writes the files, or says which one is not judged as it expects."""
    cases = all_cases()
    names = [vec.name for vec in cases]
    assert len(set(names)) == len(names), sorted(n for n in names if names.count(n) > 1)
    shared = {**SHARED, **CUSTODY}
    if prefixes:
        # What stands keeps its bytes, which say the same: whoever refers to it is judged with it.
        cases = [vec for vec in cases if vec.name.startswith(prefixes)]
        shared.update(parse_shared((folder / SHARED_FILE).read_text(encoding="utf-8")))
    wrong, size = 0, len(shared_text(shared))
    for vec in cases:
        text = vec.text()
        got = judge(parse(vec.name, text), shared)
        if got != vec.one("expect"):
            print(f"{vec.name}: {got} instead of {vec.one('expect')}", file=sys.stderr)
            wrong += 1
        assert len(text) <= LARGEST, (vec.name, len(text))
        size += len(text)
    assert size <= TOTAL, size
    if wrong == 0:
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.vec"):
            if old.name.startswith(prefixes or ""):
                old.unlink()
        (folder / SHARED_FILE).write_text(shared_text(shared), encoding="utf-8")
        for vec in cases:
            (folder / f"{vec.name}.vec").write_text(vec.text(), encoding="utf-8")
        print(f"{len(cases)} files, {size} bytes")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:2]), *sys.argv[2:]))
