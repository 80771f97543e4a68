#!/usr/bin/env python3
"""Measures Triclave beside the raw cipher and beside what people use instead, and says which targets are met.

usage: compare.py [--quick] [--build FOLDER] [--json FILE] [ROW ...]

bench/setup.sh prepares the peers, and the tree must be built. Everything is written to bench/results/: latest.json,
latest.md and four charts; --quick (under 45 seconds) writes nothing but FILE, and charts beside it. README.md in this
folder tells what each key means.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent


def in_own_environment():
    """Goes on in the Python that bench/setup.sh prepared."""
    python = subprocess.run(["sh", str(HERE / "setup.sh"), "--where-python"], capture_output=True, text=True, check=True).stdout.strip()
    if not (pathlib.Path(python).parent.parent / ".complete").exists():
        sys.exit("compare: the peers are not there yet; run bench/setup.sh")
    if pathlib.Path(sys.prefix) != pathlib.Path(python).parent.parent:
        os.execv(python, [python, *sys.argv])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="under 45 seconds: less data, growth up to 1 GiB")
    parser.add_argument("--build", default=str(HERE.parent / "build" / "release"), help="the built tree (default: build/release)")
    parser.add_argument("--json", metavar="FILE", help="where figures go, too")
    parser.add_argument("rows", nargs="*", metavar="ROW", help="only these rows")
    options = parser.parse_args()
    in_own_environment()

    import compare_report
    import compare_targets
    from compare_files import Town, random_file
    from compare_rows import ROWS
    from compare_tools import GIB, Place

    unknown = set(options.rows) - set(ROWS)
    if unknown:
        parser.error(f"no such row: {', '.join(sorted(unknown))}; there are {', '.join(ROWS)}")
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    folder = pathlib.Path(tempfile.mkdtemp(prefix="triclave-compare-", dir=memory))
    place = Place(options.build, folder, options.quick)
    for each in (place.driver, place.program):
        if not os.access(each, os.X_OK):
            sys.exit(f"compare: {each} is not there; build the tree, or name another with --build")
    result = {"quick": options.quick, **compare_report.machine(place), "figures": {}, "failed": {}, "log": {}}
    start = time.perf_counter()
    try:
        place.town = Town(place.program, folder / "town")
        plain = folder / "plain"
        place.plain_file = lambda: plain if plain.exists() else random_file(plain, place.pick(GIB // 2, GIB))
        for name, row in ROWS.items():
            if options.rows and name not in options.rows:
                continue
            began = time.perf_counter()
            log = result["log"][name] = {}
            try:
                result["figures"].update(row(place, log))
            except (RuntimeError, OSError, subprocess.SubprocessError) as error:
                result["failed"][name] = str(error)
            log["took"] = time.perf_counter() - began
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    result["lines"] = compare_targets.judge(result["figures"], options.rows)
    result["seconds"] = time.perf_counter() - start
    print(compare_targets.text(result["lines"]))
    for name, why in result["failed"].items():
        print(f"{name} failed: {why}", file=sys.stderr)
    if options.json:
        target = pathlib.Path(options.json)
        target.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
        if not options.rows:
            compare_report.charts(result, target.resolve().parent)
    if not options.quick and not options.rows:
        results = HERE / "results"
        results.mkdir(exist_ok=True)
        (results / "latest.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
        (results / "latest.md").write_text(compare_report.markdown(result), encoding="utf-8")
        compare_report.charts(result, results)
    return 1 if result["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
