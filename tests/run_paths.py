"""No program or library of a build looks for others in the folder that it happens to be started in.

usage: run_paths.py BUILD | --self-test
"""

import pathlib
import re
import subprocess
import sys

PATH = re.compile(r"\((?:RPATH|RUNPATH)\).*\[(.*)\]")


def strange(dynamic):
    """The places to look in that are neither absolute nor relative to the file, of what `readelf -d` prints."""
    return [part for line in PATH.findall(dynamic) for part in line.split(":") if not part.startswith(("/", "$ORIGIN"))]


def files(build):
    """Programs and shared libraries."""
    return [each for folder in ("bin", "lib") for each in sorted((build / folder).rglob("*")) if each.is_file() and not each.is_symlink() and (folder == "bin" or ".so" in each.name)]  # fmt: skip


def self_test():
    """Whether it can fail."""
    line = " 0x1d (RUNPATH)  Library runpath: [{}]\n"
    assert strange(line.format("$ORIGIN/../lib:/opt/lib")) == []
    assert strange(line.format("/opt/lib:")) == [""] and strange(line.format("lib:/opt")) == ["lib"]


def main(build):
    """Prints what is wrong; the exit status."""
    found = files(pathlib.Path(build))
    wrong = 0
    for each in found:
        for part in strange(subprocess.run(["readelf", "-dW", each], capture_output=True, text=True, check=False).stdout):
            print(f"{each.name}: looks for libraries in \"{part}\", which depends on where it is started")
            wrong += 1
    print(f"run_paths: {len(found)} files, {wrong} wrong")
    return 1 if wrong or not found else 0


if __name__ == "__main__":
    sys.exit(self_test() if sys.argv[1] == "--self-test" else main(sys.argv[1]))
