"""What the comparison writes: machine and versions, and the table."""

import os
import pathlib
import platform
import subprocess

import compare_targets


def said(*command):
    """The first line that a program prints; "" where it is not there."""
    try:
        out = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return (out.stdout.strip() or out.stderr.strip()).split("\n")[0]


def machine(place):
    """Where and what was measured."""
    from importlib import metadata

    info = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    cpu = next((line.split(":")[1].strip() for line in info if line.startswith("model name")), platform.machine())
    flags = next((line.split() for line in info if line.startswith("flags")), [])
    packages = ("cryptography", "tink", "aws-encryption-sdk", "pyarrow")
    versions = {name: metadata.version(name) for name in packages}
    versions |= {"age": said("age", "--version"), "rclone": said("rclone", "--version"), "gocryptfs": said("gocryptfs", "-version")}
    versions["Triclave"] = said(place.program, "version")
    versions["commit"] = said("git", "-C", str(pathlib.Path(__file__).parent), "rev-parse", "--short", "HEAD")
    special = [name for name in ("aes", "vaes", "vpclmulqdq", "avx512f") if name in flags]
    return {"machine": {"cpu": cpu, "cores": os.cpu_count(), "flags": special, "kernel": platform.release()}, "versions": versions}


def markdown(result):
    """The table."""
    here = result["machine"]
    run = " of a quick run" if result["quick"] else ""
    out = ["# The comparison's latest run", ""]
    out += [f"{here['cpu']}, {here['cores']} cores ({', '.join(here['flags'])}), Linux {here['kernel']}. Fastest of interleaved rounds{run}.", ""]
    out += ["| key | what | figure | target | |", "|---|---|---|---|---|"]
    for each in result["lines"]:
        note = f" ({each['note']})" if each["note"] else ""
        verdict = "met" if each["met"] else "**not met**"
        out.append(f"| `{each['key']}` | {each['what']} | {compare_targets.shown(each['figure'])}{note} | {each['target']} | {verdict} |")
    out += ["", "## Absolute figures", "", "| row | case | a second | page faults |", "|---|---|---|---|"]
    for row, log in result["log"].items():
        for case, rate, faults in cases(row, log):
            out.append(f"| {row} | {case} | {rate} | {faults} |")
    out += ["", "## Versions", ""] + [f"- {name}: {version}" for name, version in result["versions"].items()]
    return "\n".join(out) + "\n"


def amount(rate, row):
    """GB/s or thousands a second."""
    return f"{rate / 1e3:.0f} k" if row in ("small_objects", "cells", "ranges") else f"{rate / 1e9:.2f} GB"


def cases(row, log):
    """Every timed case of a row, those of sizes and engines too."""
    for name, each in log.items():
        if isinstance(each, dict) and "rate" in each and not name.startswith("recipients"):
            yield name, amount(each["rate"], row), each["faults"]
        elif isinstance(each, dict) and row in ("bulk", "engines", "python"):
            for case, rate, faults in cases("small_objects" if name == "objects" else row, each):
                yield f"{name} {case}", rate, faults
