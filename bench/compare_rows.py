"""The rows of the comparison: each measures in rounds and gives {key: figure}, with what charts want in `log`."""

import contextlib
import os
import pathlib
import sys

import compare_data
import compare_peers
from compare_files import file, ranges
from compare_python import python
from compare_tools import GIB, KIB, MIB, Driver, Rounds, interleave, peak_memory

SIZES = {"64K": 64 * KIB, "1M": MIB, "64M": 64 * MIB}
MORE_SIZES = {"16K": 16 * KIB, "256K": 256 * KIB, "4M": 4 * MIB, "16M": 16 * MIB}  # for the chart


def ratio(best, ours, theirs, rate="rate"):
    """How many times as fast."""
    return best[ours][rate] / best[theirs][rate]


def undisturbed(best, ours, theirs):
    """The same of two cases of one program that go through the same pieces."""
    return ratio(best, ours, theirs, "piece_rate")


def scaling(best, name):
    """Two threads against one."""
    return ratio(best, f"{name}_2", name)


def bulk(place, log):
    """Columns of each size, one and two threads, beside the raw cipher and the peers."""
    import numpy

    total = place.pick(128 * MIB, GIB)
    plain = memoryview(numpy.random.Generator(numpy.random.PCG64(1)).bytes(total))
    esdk = compare_peers.Esdk()
    figures = {}
    for name, size in (SIZES if place.quick else SIZES | MORE_SIZES).items():
        largest = name == "64M"
        peers = compare_peers.pyca_bulk(plain, size)
        if largest:
            peers += esdk.bulk(plain)
        with contextlib.ExitStack() as stack:
            drivers = [stack.enter_context(Driver(place, "bulk", size=size, total=total, managed=int(largest)))]
            for peer in ("pyca", "tink") if name == "1M" or not place.quick else ("pyca",):  # 1 MiB: Tink's best size
                some = min(total, 2 * size) if peer == "tink" and largest else total  # slow: the others want their rounds
                drivers.append(stack.enter_context(Rounds([sys.executable, compare_peers.__file__, "bulk", peer, size, some])))
            best = interleave(place.pick(5, 25 if name in SIZES else 11), place.pick(1.8, 60 if name in SIZES else 25), drivers, peers)
        log[name] = best
        if name not in SIZES:
            continue
        for way in ("seal", "open"):
            figures[f"bulk_vs_raw.{way}.{name}"] = undisturbed(best, way, f"raw_{way}")
            figures[f"bulk_vs_raw.{way}.{name}.bare"] = undisturbed(best, way, f"bare_{way}")
            figures[f"bulk_two_threads.{way}.{name}"] = (scaling(best, way), scaling(best, f"raw_{way}"))
        figures[f"bulk_two_threads.pyca.{name}"] = ratio(best, "seal_2", "pyca_into_2")
        if largest:
            figures["managed_vs_into.seal"] = undisturbed(best, "managed_seal", "seal")
            figures["managed_vs_into.open"] = undisturbed(best, "open", "open_into")
            # Plain call against plain call: memory that the library manages, not the caller's.
            figures["bulk_vs_pyca"] = ratio(best, "managed_seal", "pyca")
            figures["bulk_vs_esdk"] = ratio(best, "managed_seal", "esdk")
    tink = max(each["tink"]["rate"] for each in log.values() if "tink" in each)
    figures["bulk_vs_tink"] = log["64M"]["managed_seal"]["rate"] / tink
    return figures


def engines(place, log):
    """Every engine forced; for the table, without a target."""
    for name in ("ipsec-mb", "botan", "libsodium"):
        with Driver(place, "engine", engine=name, size=MIB, total=place.pick(64 * MIB, GIB)) as driver:
            best = interleave(place.pick(2, 7), place.pick(1, 20), [driver])
        log[name] = best | {"ran": name in best}
    return {}


def table(place, log):
    """The 16 columns, sealed and opened whole."""
    made = compare_data.make_table(place.pick(1_200_000, 4_800_000))
    compare_data.write_for_driver(made, place.folder)
    with Driver(place, "table", folder=place.folder) as driver:
        best = interleave(place.pick(4, 11), place.pick(2.5, 60), [driver], compare_peers.Pme().cases(made))
    for name in ("data", "columns"):
        (place.folder / name).unlink()
    log.update(best)
    return {"table_vs_pme.write": ratio(best, "seal", "pme_write"), "table_vs_pme.read": ratio(best, "open", "pme_read")}


def small_objects(place, log):
    """Objects of 1 KiB in one session."""
    peers = compare_peers.pyca_objects(2000) + compare_peers.Esdk().objects(50)
    with Driver(place, "objects", count=2000) as driver:
        best = interleave(place.pick(7, 75), place.pick(2.0, 30), [driver], peers)
    log.update(best)
    return {f"small_objects.{peer}.{way}": ratio(best, way, f"{peer}_{way}") for peer in ("pyca", "esdk") for way in ("seal", "open")}


def cells(place, log):
    """A million values of 16 bytes; pyca does a tenth of them."""
    with Driver(place, "cells", count=1_000_000) as driver:
        best = interleave(place.pick(7, 75), place.pick(2.5, 30), [driver], compare_peers.pyca_cells(100_000))
    log.update(best)
    figures = {f"cells.raw.{way}": ratio(best, way, f"raw_{way}") for way in ("seal", "open")}
    return figures | {f"cells.pyca.{way}": ratio(best, way, f"pyca_{way}") for way in ("seal", "open")}


def memory(place, log):
    """Peak memory of streams beyond their buffers, by size."""
    sizes = [MIB, 64 * MIB, GIB] + place.pick([], [16 * GIB])
    figures = {}
    for stream in ("seal", "open", "table"):
        for size in sizes:
            with Driver(place, "memory", stream=stream, bytes=size) as driver:
                log.setdefault(stream, {})[size] = driver.round()[0]["value"]
        figures[f"memory.{stream}"] = max(log[stream].values())
    source, town = place.folder / "memory.in", place.town
    log["program"] = {}
    for size in sizes[: 3 if place.quick else None]:
        if size > 8 * GIB:  # both files would stand in memory
            continue
        with open(source, "wb") as out:
            os.posix_fallocate(out.fileno(), 0, size)
        sealing = peak_memory(town.seal_command(source, "memory.sealed"), cwd=town.folder, env=town.env)
        opening = peak_memory(town.open_command("memory.sealed", "memory.out"), cwd=town.folder, env=town.env)
        log["program"][size] = max(sealing, opening)
        for name in (source, town.folder / "memory.sealed", town.folder / "memory.out"):
            pathlib.Path(name).unlink()
    figures["memory.program"] = max(log["program"].values())
    figures["memory.flat"] = max(max(each.values()) - each[64 * MIB] for each in log.values())
    return figures


def growth(place, log):
    """Time per byte, header bytes per column, opening time per recipient."""
    with Driver(place, "growth", bytes=place.pick(GIB, 16 * GIB), columns=1000) as driver:
        best = interleave(place.pick(3, 5), place.pick(2.0, 120), [driver])
    with Driver(place, "recipients", count=64) as driver:
        best |= interleave(place.pick(5, 300), place.pick(2.0, 30), [driver])
    log.update(best)
    spent = [each["seconds"] / each["work"] for name, each in best.items() if name.startswith("seal ")]

    def later_against_earlier(what, value):
        sizes = sorted(int(name.split()[1]) for name in best if name.startswith(what))
        first, middle, last = sizes[0], sizes[-2], sizes[-1]
        per_piece = [(value(f"{what} {b}") - value(f"{what} {a}")) / (b - a) for a, b in ((first, middle), (middle, last))]
        return per_piece[1] / per_piece[0]

    return {
        "growth.stream": max(spent) / min(spent),
        "growth.columns": later_against_earlier("columns", lambda name: best[name]),
        "growth.recipients": later_against_earlier("recipients", lambda name: best[name]["seconds"]),
    }


ROWS = {
    "bulk": bulk, "engines": engines, "table": table, "small_objects": small_objects, "cells": cells, "file": file,
    "ranges": ranges, "memory": memory, "growth": growth, "python": python,
}  # fmt: skip
