"""The comparison's four charts."""

import math
import pathlib

INK, OURS, FLOOR, PEERS = "#222222", "#1f6f8b", "#999999", ("#d1603d", "#e3a857", "#7d5ba6", "#4f8a5b", "#a23e48")


def charts(result, folder):
    """Those whose rows were measured."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams |= {
        "svg.hashsalt": "triclave", "font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "text.color": INK,
        "axes.titlesize": 10, "axes.titlelocation": "left", "legend.frameon": False, "legend.fontsize": 8,
    }  # fmt: skip
    from matplotlib import pyplot

    for draw in (throughput, threads, peers, growth):
        figure = draw(result["log"], result["lines"], pyplot)
        if figure:
            save(figure, pathlib.Path(folder) / f"{draw.__name__}.svg")
            pyplot.close(figure)


def save(figure, path):
    """As SVG without a date, so that the same figures give the same file."""
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


def in_bytes(name):
    """64K as a number."""
    return int(name[:-1]) * {"K": 1 << 10, "M": 1 << 20}[name[-1]]


def in_words(size):
    """A number of bytes as people write it."""
    unit = min(int(math.log2(size)) // 10, 3)
    return f"{size >> 10 * unit} {('B', 'KiB', 'MiB', 'GiB')[unit]}"


def by_size(axes, sizes):
    """A horizontal axis of bytes."""
    axes.set_xscale("log", base=2)
    axes.set_xticks(sizes, [in_words(size) for size in sizes])
    axes.minorticks_off()


SERIES = [
    ("raw_seal", "raw cipher,\n64 KiB messages", FLOOR, "s-"), ("open", "Triclave, open", OURS, "o--"),
    ("seal", "Triclave, seal", OURS, "o-"), ("pyca_into", "pyca encrypt_into", PEERS[0], "^-"), ("pyca", "pyca encrypt", PEERS[1], "v-"),
    ("tink", "Tink (Python)", PEERS[2], "d-"), ("esdk", "AWS Encryption\nSDK, 64 MiB", PEERS[4], "X"),
]  # fmt: skip


def throughput(log, _, pyplot):
    """Speed by column size, one thread."""
    sizes = sorted((name for name in log.get("bulk", {}) if name != "took"), key=in_bytes)
    if not sizes:
        return None
    figure, axes = pyplot.subplots(figsize=(7.5, 3.8))
    for case, label, colour, style in SERIES:
        points = [(in_bytes(size), log["bulk"][size][case]["rate"] / 1e9) for size in sizes if case in log["bulk"][size]]
        if points:
            axes.plot(*zip(*points), style, label=label, color=colour, markersize=5)
    by_size(axes, [in_bytes(size) for size in sizes])
    axes.set(ylim=(0, None), xlabel="column size", ylabel="GB/s", title="Throughput by size, one thread")
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


def threads(log, _, pyplot):
    """Speed with one thread and with two."""
    bulk = {name: each for name, each in log.get("bulk", {}).items() if name in ("64K", "1M", "64M")}
    if not bulk:
        return None
    figure, panels = pyplot.subplots(1, len(bulk), figsize=(8, 3.2), sharey=True)
    shown = [("seal", "Triclave", OURS), ("raw_seal", "raw cipher", FLOOR), ("pyca_into", "pyca\nencrypt_into", PEERS[0])]
    for axes, (size, best) in zip(panels, bulk.items()):
        for at, (case, _, colour) in enumerate(shown):
            for place, name in ((at - 0.2, case), (at + 0.2, f"{case}_2")):
                rate = best[name]["rate"] / 1e9
                axes.bar(place, rate, 0.36, color=colour, alpha=1 if name != case else 0.55)
                axes.text(place, rate, f"{rate:.1f}", ha="center", va="bottom", fontsize=7)
        axes.set_xticks(range(len(shown)), [label for _, label, _ in shown])
        axes.set_title(f"Columns of {in_words(in_bytes(size))}")
    panels[0].set_ylabel("GB/s sealed\n(pale: one thread, full: two)")
    return figure


COMPARED = [
    ("bulk_vs_pyca", "64 MiB columns: pyca encrypt"), ("bulk_vs_tink", "64 MiB columns: Tink"),
    ("bulk_vs_esdk", "64 MiB columns: AWS Encryption SDK"), ("table_vs_pme.write", "table written: Parquet encryption"),
    ("table_vs_pme.read", "table read: Parquet encryption"), ("small_objects.pyca.seal", "1 KiB objects: pyca by hand"),
    ("small_objects.esdk.seal", "1 KiB objects: AWS Encryption SDK"), ("cells.pyca.seal", "cells: pyca"), ("file.pyca", "1 GiB file: pyca"),
    ("file.age.seal", "1 GiB file: age"), ("range_reads.gocryptfs", "4 KiB reads: gocryptfs"), ("range_reads.parquet", "4 KiB reads: Parquet row groups"),
]  # fmt: skip


def peers(_, lines, pyplot):
    """How many times as fast as each peer; bars begin at 1, a par."""
    found = {each["key"]: each for each in lines if each["figure"]}
    order = [(key, label) for key, label in reversed(COMPARED) if key in found]
    if not order:
        return None
    figure, axes = pyplot.subplots(figsize=(7.5, 4.2))
    for at, (key, _) in enumerate(order):
        sign, target = found[key]["target"].split()
        times, target = (1 / found[key]["figure"], 1 / float(target)) if sign == "<=" else (found[key]["figure"], float(target))
        axes.barh(at, times - 1, left=1, color=OURS if times >= 1 else PEERS[0])
        axes.plot([target] * 2, [at - 0.4, at + 0.4], color=INK, linewidth=1.5)
        axes.text(max(times, target, 1) * 1.06, at, f"{times:.2g}" if times < 10 else f"{times:.0f}", va="center", fontsize=8)
    axes.set_xscale("log")
    axes.axvline(1, color=INK, linewidth=0.8)
    ticks = [0.5, 1, 2, 5, 10, 20, 50, 100, 200]
    axes.set_xticks(ticks, [f"{each:g}" for each in ticks])
    axes.minorticks_off()
    axes.set_yticks(range(len(order)), [label for _, label in order])
    axes.set(xlabel="times as fast (the peer's time, of Triclave's); black mark: target", title="Time against peers")
    return figure


def growth(log, _, pyplot):
    """Time per byte, header bytes, opening time, memory."""
    grown = log.get("growth", {})
    if not grown or "memory" not in log:
        return None
    figure, panels = pyplot.subplots(2, 2, figsize=(8, 5.5))

    def points(what, value):
        return sorted((int(name.split()[1]), value(each)) for name, each in grown.items() if name.startswith(what))

    def sizes(all_of_them):
        return [size for size in sorted(all_of_them) if in_words(size) in ("1 MiB", "64 MiB", "1 GiB", "16 GiB")]

    drawn = [
        ("Sealing, ns per KiB", "object", points("seal ", lambda each: each["seconds"] / each["work"] * 1024e9)),
        ("Table header and footer, KB", "columns", points("columns ", lambda each: each / 1e3)),
        ("Opening a capsule, ms", "recipients, all of them needed", points("recipients ", lambda each: each["seconds"] * 1e3)),
    ]
    for axes, (title, label, line) in zip(panels.flat, drawn):
        axes.plot(*zip(*line), "o-", color=OURS, markersize=5)
        axes.set(title=title, xlabel=label, ylim=(0, max(value for _, value in line) * 1.15))
    by_size(panels[0, 0], sizes(size for size, _ in drawn[0][2]))
    names = {"seal": "seal a stream", "open": "open a stream", "table": "write a table", "program": "the program, all of it"}
    for (name, label), colour, mark in zip(names.items(), (OURS, *PEERS), "os^d"):
        each = log["memory"][name]
        panels[1, 1].plot([int(size) for size in each], list(each.values()), f"{mark}-", label=label, color=colour, markersize=5)
    by_size(panels[1, 1], sizes(int(size) for size in log["memory"]["seal"]))
    most = max(max(log["memory"][name].values()) for name in names)
    panels[1, 1].set(title="Peak memory beyond the caller's buffers, MiB", xlabel="stream or file", ylim=(0, most * 1.6))
    panels[1, 1].legend(ncols=2, loc="upper left")
    return figure
