#!/usr/bin/env python3
"""Measures Triclave beside the raw cipher and beside what people use instead, and says which targets are met.

usage: compare.py [--quick] [--build FOLDER] [--json FILE] [ROW ...]
       compare.py --redraw

bench/setup.sh prepares the peers, and the tree must be built. Everything is written to bench/results/: latest.json,
latest.md and four charts, and the table in the project's README; --quick (under 45 seconds) writes nothing but FILE, and
charts beside it. --redraw makes all of these again from latest.json. README.md in this folder tells what each key means.
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
RESULTS = HERE / "results"


def in_own_environment():
    """Goes on in the Python that bench/setup.sh prepared."""
    python = subprocess.run(["sh", str(HERE / "setup.sh"), "--where-python"], capture_output=True, text=True, check=True).stdout.strip()
    if not (pathlib.Path(python).parent.parent / ".complete").exists():
        sys.exit("compare: the peers are not there yet; run bench/setup.sh")
    if pathlib.Path(sys.prefix) != pathlib.Path(python).parent.parent:
        os.execv(python, [python, *sys.argv])


def publish(result):
    """Everything that a full run leaves behind."""
    import compare_charts
    import compare_readme
    import compare_report

    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "latest.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    (RESULTS / "latest.md").write_text(compare_report.markdown(result), encoding="utf-8")
    compare_charts.charts(result, RESULTS)
    compare_readme.write(result)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="under 45 seconds: less data, growth up to 1 GiB")
    parser.add_argument("--build", default=str(HERE.parent / "build" / "release"), help="the built tree (default: build/release)")
    parser.add_argument("--json", metavar="FILE", help="where figures go, too")
    parser.add_argument("--redraw", action="store_true", help="measure nothing: table and charts again, from latest.json")
    parser.add_argument("rows", nargs="*", metavar="ROW", help="only these rows")
    options = parser.parse_args()
    in_own_environment()
    if options.redraw:
        return publish(json.loads((RESULTS / "latest.json").read_text(encoding="utf-8")))

    import compare_charts
    import compare_report
    import compare_targets
    from compare_files import Town, random_file
    from compare_rows import ROWS
    from compare_tools import GIB, Place

    unknown = set(options.rows) - set(ROWS)
    if unknown:
        parser.error(f"no such row: {', '.join(sorted(unknown))}; there are {', '.join(ROWS)}")
    for each in ("bench_compare", "triclave"):
        if not os.access(pathlib.Path(options.build) / "bin" / each, os.X_OK):
            sys.exit(f"compare: {each} is not in {options.build}/bin; build the tree, or name another with --build")
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    folder = pathlib.Path(tempfile.mkdtemp(prefix="triclave-compare-", dir=memory))
    disk = pathlib.Path(tempfile.mkdtemp(prefix="compare-", dir=options.build))
    place = Place(options.build, folder, disk, options.quick)
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
            except Exception as error:  # one row's trouble must not cost the others
                result["failed"][name] = f"{type(error).__name__}: {error}"
            log["took"] = time.perf_counter() - began
    finally:
        for each in (folder, disk):
            shutil.rmtree(each, ignore_errors=True)
    result["lines"] = compare_targets.judge(result["figures"], options.rows)
    result["seconds"] = time.perf_counter() - start
    print(compare_targets.text(result["lines"]))
    for name, why in result["failed"].items():
        print(f"{name} failed: {why}", file=sys.stderr)
    if options.json:
        target = pathlib.Path(options.json)
        target.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
        if not options.rows:
            compare_charts.charts(result, target.resolve().parent)
    if not options.quick and not options.rows:
        publish(result)
    return 1 if result["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
