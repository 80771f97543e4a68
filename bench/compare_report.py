"""What the comparison leaves behind: versions, a table, charts."""

import os
import pathlib
import platform
import subprocess

import compare_targets

INK, OURS, FLOOR, PEERS = "#222222", "#1f6f8b", "#999999", ("#d1603d", "#e3a857", "#7d5ba6", "#4f8a5b", "#a23e48")


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
    out = ["# The comparison's latest run", ""]
    out += [f"{here['cpu']}, {here['cores']} cores ({', '.join(here['flags'])}), Linux {here['kernel']}. Fastest of interleaved rounds.", ""]
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
        elif isinstance(each, dict) and row in ("bulk", "engines"):
            for case, rate, faults in cases(row, each):
                yield f"{name} {case}", rate, faults


def save(figure, path):
    """As SVG without a date, so that the same figures give the same file."""
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


def charts(result, folder):
    """Four pictures, of the rows that were measured."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams |= {
        "svg.hashsalt": "triclave", "font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "text.color": INK,
        "axes.titlesize": 10, "axes.titlelocation": "left", "legend.frameon": False,
    }  # fmt: skip
    from matplotlib import pyplot

    for draw in (throughput, threads, peers, growth):
        figure = draw(result["log"], result["lines"], pyplot)
        if figure:
            save(figure, pathlib.Path(folder) / f"{draw.__name__}.svg")
            pyplot.close(figure)


SERIES = [
    ("seal", "Triclave, seal", OURS, "o-"), ("open", "Triclave, open", OURS, "o--"),
    ("raw_seal", "raw cipher, 64 KiB messages", FLOOR, "s-"), ("pyca_into", "pyca encrypt_into", PEERS[0], "^-"),
    ("pyca", "pyca encrypt", PEERS[1], "v-"), ("tink", "Tink", PEERS[2], "d-"), ("esdk", "AWS Encryption SDK", PEERS[4], "x-"),
]  # fmt: skip


def in_bytes(name):
    """64K as a number."""
    return int(name[:-1]) * {"K": 1 << 10, "M": 1 << 20}[name[-1]]


def throughput(log, _, pyplot):
    """Speed by column size, one thread."""
    sizes = sorted((name for name in log.get("bulk", {}) if name != "took"), key=in_bytes)
    if not sizes:
        return None
    figure, axes = pyplot.subplots(figsize=(7, 4))
    for case, label, colour, style in SERIES:
        points = [(in_bytes(size), log["bulk"][size][case]["rate"] / 1e9) for size in sizes if case in log["bulk"][size]]
        if points:
            axes.plot(*zip(*points), style, label=label, color=colour)
    axes.set_xscale("log", base=2)
    axes.set_xticks([in_bytes(size) for size in sizes], [f"{size}iB" for size in sizes])
    axes.set(ylim=(0, None), xlabel="column size", ylabel="GB/s", title="Throughput by size, one thread")
    axes.legend(fontsize=8)
    return figure


def threads(log, _, pyplot):
    """Speed with one thread and with two."""
    bulk = {name: each for name, each in log.get("bulk", {}).items() if name in ("64K", "1M", "64M")}
    if not bulk:
        return None
    figure, panels = pyplot.subplots(1, len(bulk), figsize=(8, 3.2), sharey=True)
    shown = [("seal", "Triclave", OURS), ("raw_seal", "raw", FLOOR), ("pyca_into", "pyca", PEERS[0])]
    for axes, (size, best) in zip(panels, bulk.items()):
        for at, (case, _, colour) in enumerate(shown):
            for place, name in ((at - 0.2, case), (at + 0.2, f"{case}_2")):
                rate = best[name]["rate"] / 1e9
                axes.bar(place, rate, 0.36, color=colour, alpha=1 if name != case else 0.55)
                axes.text(place, rate, f"{rate:.1f}", ha="center", va="bottom", fontsize=7)
        axes.set_xticks(range(len(shown)), [label for _, label, _ in shown])
        axes.set_title(f"{size}iB columns")
    panels[0].set_ylabel("GB/s sealed; pale: one thread, full: two")
    return figure


def peers(log, lines, pyplot):
    """How long peers take for what takes Triclave one second."""
    keys = [
        "bulk_vs_pyca", "bulk_vs_tink", "bulk_vs_esdk", "table_vs_pme.write", "table_vs_pme.read", "small_objects.pyca.seal",
        "small_objects.esdk.seal", "cells.pyca.seal", "file.pyca", "file.age.seal", "range_reads.gocryptfs", "range_reads.parquet",
    ]  # fmt: skip
    found = {each["key"]: each for each in lines if each["key"] in keys and each["figure"]}
    if not found:
        return None
    figure, axes = pyplot.subplots(figsize=(7.5, 4.2))
    order = [key for key in reversed(keys) if key in found]
    for at, key in enumerate(order):
        each = found[key]
        turned = 1 / each["figure"] if each["target"].startswith("<=") else each["figure"]
        target = float(each["target"].split()[1])
        axes.barh(at, turned, color=OURS)
        axes.plot([1 / target if each["target"].startswith("<=") else target] * 2, [at - 0.4, at + 0.4], color=PEERS[0])
        axes.text(turned * 1.05, at, f"{turned:.1f}", va="center", fontsize=8)
    axes.set_xscale("log")
    axes.axvline(1, color=INK, linewidth=0.8)
    axes.set_yticks(range(len(order)), order)
    axes.set(xlabel="the peer's time, of Triclave's (red: target)", title="Time against peers")
    return figure


def growth(log, _, pyplot):
    """Time per byte, header bytes, opening time, memory."""
    grown = log.get("growth", {})
    if not grown or "memory" not in log:
        return None
    figure, panels = pyplot.subplots(2, 2, figsize=(8, 5.5))

    def points(what, value):
        return sorted((int(name.split()[1]), value(each)) for name, each in grown.items() if name.startswith(what))

    drawn = [
        ("Sealing, ns per KiB", "object size, bytes", points("seal ", lambda each: each["seconds"] / each["work"] * 1024e9), True),
        ("Table header and footer, bytes", "columns", points("columns ", lambda each: each), False),
        ("Opening a capsule, ms", "recipients, all needed", points("recipients ", lambda each: each["seconds"] * 1e3), False),
    ]
    for axes, (title, label, line, logarithmic) in zip(panels.flat, drawn):
        axes.plot(*zip(*line), "o-", color=OURS)
        axes.set(title=title, xlabel=label, ylim=(0, None))
        if logarithmic:
            axes.set_xscale("log", base=2)
    for (name, each), colour in zip(((n, e) for n, e in log["memory"].items() if isinstance(e, dict)), (OURS, *PEERS)):
        panels[1, 1].plot([int(size) for size in each], list(each.values()), "o-", label=name, color=colour)
    panels[1, 1].set_xscale("log", base=2)
    panels[1, 1].set(title="Peak memory beyond buffers, MiB", xlabel="stream, bytes", ylim=(0, None))
    panels[1, 1].legend(fontsize=7)
    return figure
