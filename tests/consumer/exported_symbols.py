"""What the shared library exports is what the public headers mark TRICLAVE_EXPORT, and nothing else.

usage: exported_symbols.py LIBRARY PUBLIC_HEADERS_FOLDER
"""

import pathlib
import re
import subprocess
import sys

# Marked classes and functions: `class TRICLAVE_EXPORT Name`, `TRICLAVE_EXPORT Result<X> name(`.
CLASS = re.compile(r"\b(?:class|struct)\s+TRICLAVE_EXPORT\s+(\w+)")
FUNCTION = re.compile(r"^\s*TRICLAVE_EXPORT\s+[^(;{]*?(\w+)\s*\(", re.MULTILINE)
OWNER = re.compile(r"^(?:struct|class)\s+(\w+)", re.MULTILINE)


def promised(headers):
    names = set()
    for header in sorted(headers.rglob("*.h")):
        text = re.sub(r"//[^\n]*", "", header.read_text())
        names.update(CLASS.findall(text))
        for match in FUNCTION.finditer(text):
            # An indented function is a member: its class is what the symbol begins with.
            if text[match.start() :].lstrip("\n").startswith(" "):
                names.add(OWNER.findall(text[: match.start()])[-1])
            else:
                names.add(match.group(1))
    return names


def main(library, headers):
    lines = subprocess.run(
        ["nm", "-D", "-C", "--defined-only", library], check=True, capture_output=True, text=True
    ).stdout.splitlines()
    symbols = [line.split(maxsplit=2)[2] for line in lines]
    names = promised(pathlib.Path(headers))
    strangers = []
    for symbol in symbols:
        bare = re.sub(r"^(?:typeinfo name|typeinfo|vtable|guard variable) for ", "", symbol)
        # Without arguments and a template's return type. What is nested in a marked class counts as the class.
        match = re.match(r"triclave::(\w+)", bare.split("(")[0].split(" ")[-1])
        if not match or match[1] not in names:
            strangers.append(symbol)
    for symbol in strangers:
        print(f"exported, but not promised by a public header: {symbol}")
    print(f"{len(symbols)} exported symbols, {len(names)} promised names")
    return 1 if strangers or not symbols else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
