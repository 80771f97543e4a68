"""The table in the project's README, between two marks, from the last published run."""

import pathlib

README = pathlib.Path(__file__).resolve().parent.parent / "README.md"
BEGIN, END = "<!-- written by bench/compare.py -->\n", "<!-- end of what bench/compare.py wrote -->\n"

# What is done; in GB/s or thousands a second; where our case stands in the log; each peer's name and case.
BULK, MANAGED = ("bulk", "64M", "seal"), ("bulk", "64M", "managed_seal")
TABLE = [
    ("columns of 64 MiB, sealed into the caller's memory", "GB/s", BULK,
     [("AES-256-GCM alone (ipsec-mb)", ("bulk", "64M", "raw_seal")), ("pyca `encrypt_into`", ("bulk", "64M", "pyca_into"))]),
    ("the same with two threads", "GB/s", ("bulk", "64M", "seal_2"),
     [("AES-256-GCM alone", ("bulk", "64M", "raw_seal_2")), ("pyca `encrypt_into`", ("bulk", "64M", "pyca_into_2"))]),
    ("columns of 64 KiB", "GB/s", ("bulk", "64K", "seal"),
     [("AES-256-GCM alone", ("bulk", "64K", "raw_seal")), ("pyca `encrypt_into`", ("bulk", "64K", "pyca_into"))]),
    ("columns of 64 MiB, each tool's plain call", "GB/s", MANAGED,
     [("pyca `encrypt`", ("bulk", "64M", "pyca")), ("Tink, messages of its best size", ("bulk", "*", "tink")), ("AWS Encryption SDK", ("bulk", "64M", "esdk"))]),
    ("a table of 16 columns, written", "GB/s", ("table", "seal"), [("Parquet Modular Encryption", ("table", "pme_write"))]),
    ("the same, read", "GB/s", ("table", "open"), [("Parquet Modular Encryption", ("table", "pme_read"))]),
    ("objects of 1 KiB, sealed in one call", "k/s", ("small_objects", "seal"),
     [("an envelope made by hand with pyca", ("small_objects", "pyca_seal")), ("AWS Encryption SDK", ("small_objects", "esdk_seal"))]),
    ("cells of 16 bytes, sealed", "k/s", ("cells", "seal"), [("AES-256-GCM alone", ("cells", "raw_seal")), ("pyca", ("cells", "pyca_seal"))]),
    ("a file of 1 GiB (quick runs: 512 MiB), start to exit, two threads", "GB/s", ("file", "seal"),
     [("AES-256-GCM alone", ("file", "raw_2")), ("pyca", ("file", "pyca")), ("age", ("file", "age"))]),
    ("random reads of 4 KiB", "k/s", ("ranges", "file"),
     [("plain `pread`", ("ranges", "pread")), ("gocryptfs", ("ranges", "gocryptfs")), ("Parquet row groups", ("ranges", "parquet"))]),
]  # fmt: skip


def rate(log, case):
    """Of a case in the log, or None where it was not measured; `*`: the best of all sizes."""
    if not case:
        return log.get("rate")
    inner = log.values() if case[0] == "*" else [log.get(case[0], {})]
    return max((found for each in inner if isinstance(each, dict) and (found := rate(each, case[1:]))), default=None)


def shown(value, unit):
    """Three digits."""
    value /= 1e9 if unit == "GB/s" else 1e3
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def verdict(times):
    """What the figures say, without a thumb on the scale."""
    if times >= 1.2:
        return f"**{times:.0f} times**" if times >= 10 else f"**{times:.1f} times**"
    return "a par" if times >= 0.9 else f"{times:.2f} of it"


def table(result):
    """The lines between the marks."""
    log, here = result["log"], result["machine"]
    out = ["| what | Triclave | beside it | Triclave's speed, of that |", "|---|---|---|---|"]
    for what, unit, case, others in TABLE:
        ours = rate(log, case)
        found = [(name, rate(log, other)) for name, other in others]
        for i, (name, theirs) in enumerate((name, theirs) for name, theirs in found if ours and theirs):
            first = (what, f"{shown(ours, unit)} {unit}") if i == 0 else ("", "")
            out.append(f"| {first[0]} | {first[1]} | {name}: {shown(theirs, unit)} | {verdict(ours / theirs)} |")
    run = "a quick run" if result["quick"] else "a full run"
    out += ["", f"{here['cpu']}, {here['cores']} cores; {run}; one thread where nothing else is said; commit {result['versions']['commit']}."]
    return "\n".join(out) + "\n"


def write(result):
    """Puts the table into the README."""
    before, rest = README.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    README.write_text(before + BEGIN + table(result) + END + after, encoding="utf-8")
