"""Every MUST of src/format/SPEC.md is cited by the code that keeps it.

A rule stands in SPEC.md as `**[CAP-03]**` at the start of its list item or paragraph, with MUST in its text. Code cites
it above the line that keeps it: `//= SPEC CAP-03, CAP-04`. Rules for whoever writes files, and what the independent
reader keeps, may be cited there too (`#= SPEC CAP-03`), but a rule counts as kept only where src/ cites it.

usage: spec_citations.py FOLDER      lists MUSTs without an id, rules that src/ cites nowhere, citations of no rule
       spec_citations.py --self-test
"""

import pathlib
import re
import sys
import tempfile

RULE = re.compile(r"^\s*(?:[-*] |\d+\. )?\*\*\[([A-Z]+-\d+)\]\*\*")
ID = re.compile(r"[A-Z]+-\d+")
CITATION = re.compile(r"^\s*(?://|#)= SPEC\b(.*)")


def rules_of(spec):
    """The ids in order, and what is wrong with the document itself."""
    ids, wrong, paragraph_has_id, fenced = [], [], False, False
    for number, line in enumerate(spec.splitlines(), 1):
        fenced ^= line.startswith("```")
        match = RULE.match(line)
        if match:
            if match[1] in ids:
                wrong.append(f"SPEC.md:{number}: {match[1]} stands twice")
            ids.append(match[1])
            paragraph_has_id = True
        elif not line.strip() or re.match(r"\s*(?:[-*] |\d+\. |#)", line):
            paragraph_has_id = False
        if re.search(r"\bMUST\b(?!\*\*)", line) and not paragraph_has_id and not fenced:
            wrong.append(f"SPEC.md:{number}: a MUST without an id")
    return ids, wrong


def citations_of(folder):
    """(path, line number, id) of each citation in src/ and tests/."""
    for path in sorted([*folder.glob("src/**/*"), *folder.glob("tests/**/*")]):
        if path.suffix not in {".h", ".cc", ".py"} or path == pathlib.Path(__file__).resolve():
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            match = CITATION.search(line)
            if match:
                cited = ID.findall(match[1])
                for each in cited or [match[1].strip()]:
                    yield path.relative_to(folder).as_posix(), number, each


def check(folder):
    folder = pathlib.Path(folder).resolve()
    ids, wrong = rules_of((folder / "src/format/SPEC.md").read_text(encoding="utf-8"))
    if not ids:
        wrong.append("SPEC.md: no rule has an id")
    kept, citations = set(), 0
    for path, number, cited in citations_of(folder):
        citations += 1
        if cited not in ids:
            wrong.append(f"{path}:{number}: cites {cited}, which is no rule of SPEC.md")
        elif path.startswith("src/"):
            kept.add(cited)
    wrong.extend(f"SPEC.md: {each} is cited nowhere in src/" for each in ids if each not in kept)
    return wrong, f"{len(ids)} rules, {citations} citations"


GOOD_SPEC = "# Format\n\nEach **MUST** carries an id.\n\n- **[AB-01]** One MUST do this,\n  and MUST do that.\n- **[AB-02]** And MUST NOT.\n"
GOOD_CODE = "//= SPEC AB-01, AB-02\nint a;\n"
PLANTED = [
    (None, GOOD_SPEC, GOOD_CODE),
    ("AB-02 is cited nowhere", GOOD_SPEC, "//= SPEC AB-01\n"),
    ("cites AB-09", GOOD_SPEC, GOOD_CODE + "//= SPEC AB-09\n"),
    ("cites of streams", GOOD_SPEC, GOOD_CODE + "//= SPEC of streams\n"),
    ("SPEC.md:8: a MUST without an id", GOOD_SPEC + "- It MUST rain.\n", GOOD_CODE),
    ("AB-01 stands twice", GOOD_SPEC + "- **[AB-01]** It MUST rain.\n", GOOD_CODE),
    ("no rule has an id", "# Format\n", "int a;\n"),
]  # fmt: skip


def self_test():
    failures = 0
    for expected, spec, code in PLANTED:
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "src/format").mkdir(parents=True)
            (folder / "src/format/SPEC.md").write_text(spec)
            (folder / "src/format/a.cc").write_text(code)
            wrong, _ = check(folder)
        if (expected is None and wrong) or (expected is not None and (len(wrong) != 1 or expected not in wrong[0])):
            print(f"expected {expected!r}, found {wrong}")
            failures += 1
    print(f"{len(PLANTED)} plants, {failures} judged wrongly")
    return failures


def main(arguments):
    if arguments == ["--self-test"]:
        return 1 if self_test() else 0
    if len(arguments) != 1:
        print(__doc__)
        return 2
    wrong, totals = check(arguments[0])
    print("\n".join([*wrong, totals]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
