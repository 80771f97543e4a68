"""The targets. They were set before the library was measured, and stay as they are."""

# key, what it is, ">=" or "<=", target. `SIZE` stands for 64K, 1M and 64M, `WAY` for seal and open.
TABLE = [
    ("bulk_vs_raw.WAY.SIZE", "columns, of the raw cipher's speed", ">=", 0.95),
    ("bulk_vs_raw.WAY.SIZE.bare", "columns, of a bare loop of 16 KiB messages", ">=", 0.99),
    ("bulk_two_threads.WAY.SIZE", "two threads, times one (where the raw cipher reaches 1.95)", ">=", 1.93),
    ("bulk_two_threads.pyca.SIZE", "two threads, times pyca encrypt_into with two", ">=", 1.25),
    ("managed_vs_into.WAY", "memory of the library's, of the caller's", ">=", 0.9),
    ("bulk_vs_pyca", "64 MiB columns, times pyca encrypt", ">=", 5),
    ("bulk_vs_tink", "64 MiB columns, times Tink's best size", ">=", 2),
    ("bulk_vs_esdk", "64 MiB columns, times AWS Encryption SDK", ">=", 25),
    ("table_vs_pme.write", "16 columns, times Parquet Modular Encryption", ">=", 5),
    ("table_vs_pme.read", "16 columns, times Parquet Modular Encryption", ">=", 4),
    ("small_objects.pyca.WAY", "1 KiB objects, times pyca's hand-made envelope", ">=", 1.5),
    ("small_objects.esdk.WAY", "1 KiB objects, times AWS Encryption SDK", ">=", 100),
    ("cells.raw.WAY", "cells of 16 bytes, of the raw cipher's", ">=", 0.8),
    ("cells.pyca.WAY", "cells of 16 bytes, times pyca", ">=", 8),
    ("file.floor", "1 GiB file, time of the raw cipher's with two threads", "<=", 1.1),
    ("file.pyca", "1 GiB file, time of pyca's", "<=", 0.65),
    ("file.age.WAY", "1 GiB file, time of age's", "<=", 0.5),
    ("range_reads.file", "4 KiB reads, of plain pread", ">=", 0.25),
    ("range_reads.mapped", "4 KiB reads from a mapped file, of plain pread", ">=", 0.4),
    ("range_reads.gocryptfs", "4 KiB reads, times gocryptfs", ">=", 8),
    ("range_reads.parquet", "4 KiB reads, times Parquet row groups", ">=", 8),
    ("memory.seal", "MiB beyond its buffers, sealing a stream", "<=", 32),
    ("memory.open", "MiB beyond its buffers, opening a stream", "<=", 32),
    ("memory.table", "MiB beyond its buffers, writing a table", "<=", 32),
    ("memory.program", "MiB of the whole program, a file", "<=", 32),
    ("memory.flat", "MiB more for the longest stream than for 64 MiB", "<=", 1),
    ("growth.stream", "time per byte, slowest size of the fastest's", "<=", 1.15),
    ("growth.columns", "header bytes per column, later of earlier ones'", "<=", 1.15),
    ("growth.recipients", "opening time per recipient, later of earlier ones'", "<=", 1.15),
    ("python.bulk_vs_pyca", "Python: 64 MiB columns, times pyca encrypt", ">=", 5),
    ("python.bulk_vs_tink", "Python: 64 MiB columns, times Tink's best size", ">=", 2),
    ("python.bulk_vs_esdk", "Python: 64 MiB columns, times AWS Encryption SDK", ">=", 25),
    ("python.table_vs_pme.write", "Python: 16 columns, times Parquet Modular Encryption", ">=", 5),
    ("python.table_vs_pme.read", "Python: 16 columns, times Parquet Modular Encryption", ">=", 4),
    ("python.overhead.WAY.1M", "Python: time over the C++ call's, a part of it", "<=", 0.05),
    ("python.overhead.WAY.64M", "Python: time over the C++ call's, a part of it", "<=", 0.05),
    ("python.small_objects.WAY", "Python: 1 KiB objects in one call, times pyca's hand-made envelope", ">=", 1.2),
    ("python.import", "Python: ms to import the package", "<=", 100),
    ("python.growth", "Python: MiB more after 10,000 seals", "<=", 1),
]
# What the target of bulk_two_threads takes for granted of the raw cipher. Where the machine gives it a little less, the
# target goes down with it; where the second core was busy, nothing can be said, and the target is not met.
RAW_SCALING, LEAST_RAW_SCALING = 1.95, 1.8
ROW_OF = {"bulk": "bulk", "managed": "bulk", "range": "ranges"}


def expanded():
    """The table with each WAY and SIZE by itself."""
    for key, what, sign, target in TABLE:
        for way in ("seal", "open") if "WAY" in key else ("",):
            for size in ("64K", "1M", "64M") if "SIZE" in key else ("",):
                yield key.replace("WAY", way).replace("SIZE", size), what, sign, target


def row_of(key):
    """The row of the comparison that measures this key."""
    head = key.split(".")[0]
    return ROW_OF.get(head.split("_")[0], head.replace("_vs_pme", ""))


def judge(figures, rows=()):
    """One line a key: figure, target, whether it is met, and what else must be known."""
    out = []
    for key, what, sign, target in expanded():
        if rows and row_of(key) not in rows:
            continue
        figure, note, needed = figures.get(key), "", target
        if isinstance(figure, (tuple, list)):
            figure, raw = figure
            note = f"raw {raw:.2f}"
            if raw >= LEAST_RAW_SCALING:
                needed = target * min(1, raw / RAW_SCALING)
            else:
                note += ": no second core was free"
        if figure is None:
            out.append({"key": key, "what": what, "figure": None, "target": f"{sign} {target}", "met": False, "note": "not measured"})
            continue
        met = figure >= needed if sign == ">=" else figure <= needed
        out.append({"key": key, "what": what, "figure": figure, "target": f"{sign} {target}", "met": met, "note": note})
    return out


def shown(figure):
    """Three digits."""
    return "-" if figure is None else f"{figure:.3g}" if figure < 100 else f"{figure:.0f}"


def text(lines):
    """For the terminal."""
    out = []
    for each in lines:
        note = f" ({each['note']})" if each["note"] else ""
        out.append(f"{each['key']:32} {shown(each['figure']):>7}  {each['target']:>8}  {'met' if each['met'] else 'not met'}{note}")
    return "\n".join(out)
