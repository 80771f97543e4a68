"""The rules of this house that no compiler checks.

usage: house_rules.py FOLDER      checks the tree there; prints each breach as path:line: rule
       house_rules.py --self-test  plants one breach after the other and makes sure that each is found
"""

import os
import pathlib
import re
import sys
import tempfile

# The one-way street: a stage stands only on stages before it in this list.
STREET = ["base", "format", "cipher", "keys", "policy", "capsule", "envelope", "table", "rows", "store", "custodian", "cli"]

FOLDERS = {".ci", "bench", "bindings", "cmake", "include", "src", "tests"}
FILES = {
    ".clang-format", ".clang-tidy", ".editorconfig", ".gitignore", "CHANGELOG.md", "CMakeLists.txt",
    "CMakePresets.json", "CONTRIBUTING.md", "LICENSE", "README.md", "SECURITY.md",
}  # fmt: skip
LONGEST_FILE = 400

CODE = re.compile(r"\.(h|cc|py|sh|cmake|proto|c)$")
CPP = re.compile(r"^(include|src|bench|tests)/.*\.(h|cc)$")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def matching(path_pattern, line_pattern, message, strip=lambda line: line):
    """A rule over single lines: `message` where one of a file that fits `path_pattern` fits `line_pattern`."""
    path_pattern, line_pattern = re.compile(path_pattern), re.compile(line_pattern)

    def rule(path, text):
        if path_pattern.search(path):
            for number, line in enumerate(text.splitlines(), 1):
                if line_pattern.search(strip(line)):
                    yield number, message

    return rule


def without_comment(line):
    return re.sub(r"//.*", "", line)


def without_comment_and_text(line):
    return re.sub(r'"(\\.|[^"\\])*"', '""', without_comment(line))


def street(path, text):
    parts = path.split("/")
    if parts[0] != "src" or len(parts) < 3:
        return
    if parts[1] not in STREET:
        yield 1, f"street: src/{parts[1]} is no stage"
        return
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if match and match[1] == '"' and "/" in match[2]:
            stage = match[2].split("/")[0]
            if stage in STREET and STREET.index(stage) > STREET.index(parts[1]):
                yield number, f"street: {parts[1]} stands below {stage}"


def public_headers(path, text):
    """Public headers stand on the standard library, tl::expected and one another."""
    if not path.startswith("include/"):
        return
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if match and not (
            match[2].startswith("triclave/") if match[1] == '"' else re.fullmatch(r"[a-z_]+|tl/expected\.hpp", match[2])
        ):
            yield number, f"public-header: includes {match[2]}"


def length(path, text):
    lines = text.count("\n")
    if CODE.search(path) and lines > LONGEST_FILE:
        yield LONGEST_FILE, f"length: {lines} lines, and {LONGEST_FILE} are what a reader holds in mind"


def pragma_once(path, text):
    if path.endswith(".h") and "\n#pragma once\n" not in "\n" + text:
        yield 1, "pragma-once: a header without it"


def top_level(path, _):
    head, _, rest = path.partition("/")
    if head not in (FOLDERS if rest else FILES):
        yield 1, f"top-level: {head} has no place there"


def secret_words(line):
    """A line's names of secrets, without those of which only the size is used."""
    line = without_comment_and_text(line)
    return re.sub(r"\w+(\(\))?\.(size|empty)\(\)", "", line)


SECRET = r"\b(?!(before|after|has|is|no|with)_)(\w+_)?(secret|passphrase|seed|private_key|data_key|rho)_?\b"
HOSTS = r"(deb|security)\.debian\.org|snapshot\.debian\.org|pypi\.org|python[h]osted|npmjs\.(org|com)|proxy\.golang\.org|crates\.io"

RULES = [
    street,
    public_headers,
    length,
    pragma_once,
    top_level,
    matching(r"\.(h)$", r"#\s*include\s*<fmt/", "fmt-in-header: fmt stays inside .cc files"),
    matching(CPP.pattern, r"std::v?format\b|#\s*include\s*<format>", "std-format: GCC 12 has none", without_comment),
    matching(r"^src/", r"(?<!\w)assert\s*\(", "assert: hostile input gets an Error", without_comment_and_text),
    matching(r"^src/", r"\b(abort|_?exit|terminate)\s*\((?!.*//)", "abort: for a caller's bug only, which a comment on the line names"),
    matching(r"^(src|include)/", r"\bthrow\b(?! Botan::)", "throw: errors are values here", without_comment_and_text),
    matching(r"^src/", r"\b(memcmp|strcmp)\s*\(", "memcmp: equal_constant_time, or == on what is public", without_comment_and_text),
    matching(r"^src/", r"\bs?rand\s*\(|mt19937|random_device|\bmemset\s*\(", "randomness and wiping: base/random.h and wipe()",
             without_comment_and_text),
    matching(r"^src/(?!base/labels\.h).*\.(h|cc)$", r'"triclave/v\d+/', "label: every domain label stands in base/labels.h", without_comment),
    matching(r"^(src|include|bench|bindings)/.*\.(h|cc)$", r"(fmt::|printf|std::c(out|err|log)\b|std::print|syslog).*?\b" + SECRET,
             "secret-output: a secret next to a formatter", secret_words),
    matching(r"^(src|include)/.*\.(h|cc)$", r"\b(std::string|Bytes|std::vector<(std::uint8_t|char|std::byte)>)&?\s+" + SECRET + r"\s*[;=({,)]",
             "secret-type: secrets live in Secret<N> and SecretBytes", without_comment_and_text),
    matching(r".", HOSTS, "host: no registry's name stands in the tree"),
    matching(r"^(?!tests/|\.ci/)", r"\.\./shared\b", "workplace: a path that a clone does not have"),
    matching(r".", r"(?<![\w.])/[w]ork/", "workplace: a path that a clone does not have"),
    matching(r"(CMakeLists\.txt|\.cmake(\.in)?)$", r"\bGLOB(_RECURSE)?\b|aux_source_directory", "glob: sources are listed"),
    matching(r"^(?!tests/house_rules\.py)", r"\bDISABLED_|GTEST_SKIP|pytest\.(mark\.)?(skip|xfail)|unittest\.skip|importorskip",
             "skip: a test that does not run"),
    matching(r"^(?!tests/house_rules\.py)(include|src|bindings|bench|tests|cmake)/", r"\b(TODO|FIXME|XXX|HACK)\b", "to-do: do it, or open an issue"),
    matching(CODE.pattern, r"[ \t]+$", "white-space: behind the end of a line"),
]  # fmt: skip


def files(folder):
    """Every text file of the tree: path from its root, with slashes, and text."""
    for here, folders, names in os.walk(folder):
        folders[:] = [
            name for name in sorted(folders)
            if name not in {"build", "__pycache__"} and (name == ".ci" or not name.startswith("."))
        ]  # fmt: skip
        for name in sorted(names):
            path = pathlib.Path(here, name)
            relative = path.relative_to(folder).as_posix()
            if name.startswith(".git") and relative == ".git":  # a worktree's pointer
                continue
            try:
                yield relative, path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue


def breaches(folder):
    found = []
    for path, text in files(folder):
        for rule in RULES:
            found.extend(f"{path}:{number}: {message}" for number, message in rule(path, text))
    return found


# One breach of each rule, then what looks like one and is none. A "+" splits words that other checks look for.
HEADER = "#pragma once\n"
PLANTED = [
    ("street", "src/base/a.cc", '#include "keys/shamir.h"\n'),
    ("street", "src/reports/a.cc", "\n"),
    ("public-header", "include/triclave/a.h", HEADER + "#include <sodium.h>\n"),
    ("public-header", "include/triclave/a.h", HEADER + "#include <botan/hex.h>\n"),
    ("public-header", "include/triclave/a.h", HEADER + '#include "base/guarded.h"\n'),
    ("length", "src/base/a.cc", "\n" * 401),
    ("pragma-once", "src/base/a.h", "\n"),
    ("top-level", "notes/a.txt", "\n"),
    ("top-level", "notes.txt", "\n"),
    ("fmt-in-header", "src/base/a.h", HEADER + "#include <fmt/core.h>\n"),
    ("std-format", "src/base/a.cc", "auto s = std::format(x);\n"),
    ("assert", "src/format/a.cc", "  assert(size < 10);\n"),
    ("abort", "src/format/a.cc", "  std::abort();\n"),
    ("throw", "src/format/a.cc", "  throw 1;\n"),
    ("memcmp", "src/keys/a.cc", "  if (std::memcmp(a, b, 32) == 0) {\n"),
    ("randomness", "src/keys/a.cc", "  std::random_device source;\n"),
    ("label", "src/keys/a.cc", 'message("triclave/v1/mask")\n'),
    ("secret-output", "src/keys/a.cc", 'fmt::print("{}", passphrase);\n'),
    ("secret-output", "src/cli/a.cc", "std::cerr << own_seed;\n"),
    ("secret-type", "src/keys/a.cc", "std::string passphrase;\n"),
    ("secret-type", "src/keys/a.cc", "Bytes shared_secret = f();\n"),
    ("host", "README.md", "https://" + "py" + "pi.org/simple\n"),
    ("workplace", "cmake/a.sh", "ls ../" + "shared/vectors\n"),
    ("workplace", "tests/a.py", 'open("/' + 'work/main/x")\n'),
    ("glob", "src/base/CMakeLists.txt", "file(GLOB sources *.cc)\n"),
    ("skip", "tests/unit/base/a_test.cc", "TEST(A, DISABLED_" + "b) {\n"),
    ("to-do", "src/base/a.cc", "// TO" + "DO: later\n"),
    ("white-space", "src/base/a.cc", "int a; \n"),
    (None, "src/keys/a.cc", '#include "base/guarded.h"\n#include "triclave/keys.h"\n#include "keys/hpke.h"\n'),
    (None, "src/base/a.cc", "static_assert(sizeof(int) == 4);  // not an assert(x), and does not throw\n"),
    (None, "src/keys/a.cc", 'fmt::format("a secret of {} bytes", secret.size());\n'),
    (None, "include/triclave/a.h", HEADER + '#include <string_view>\n#include <tl/expected.hpp>\n#include "triclave/b.h"\n'),
    (None, "src/keys/a.cc", "  if (k == 0) std::abort();  // a caller's bug\nstd::vector<Scalar> secrets;\nstd::string before_secret = head();\n"),
    (None, "src/cli/main.cc", "std::string_view passphrase = {};\nSecretBytes seed;\n"),
]


def self_test():
    wrong = 0
    for rule, path, text in PLANTED:
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
            found = breaches(folder)
        names = [breach.split(": ")[1].split(":")[0].split(" ")[0] for breach in found]
        if (rule is None and found) or (rule is not None and set(names) != {rule}):
            print(f"planted {rule} as {text.strip()!r} in {path}, found {found}")
            wrong += 1
    print(f"{len(PLANTED)} plants, {wrong} judged wrongly")
    return wrong


def main(arguments):
    if arguments == ["--self-test"]:
        return 1 if self_test() else 0
    if len(arguments) != 1:
        print(__doc__)
        return 2
    found = breaches(arguments[0])
    print("\n".join(found) if found else "no breach")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
