"""The commands of spec_cli.py for sealed tables; tables come and go as Arrow IPC files.

    spec_cli.py seal-table --producer P.key --owner O.pub --dataset D --compartment NAME=POLICY.json ..
        --recipient R.pub .. --columns NAME=GLOB,GLOB .. [--rows N] [--compress GLOB] [--append-to SEALED]
        --in T.arrow --out SEALED
    spec_cli.py open-table --producer P.pub --owner O.pub --identity R.key .. [--compartment NAME ..] [--column GLOB ..]
        --in SEALED --out T.arrow

Without --compartment, open-table opens those for which the identities suffice in every segment.
"""

from __future__ import annotations

import argparse
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Dict, List, Sequence

import pyarrow as pa
from triclave_spec import arrow_bridge, opening, sealing, table_segments, tables, xwing, zstd
from triclave_spec import capsule as reading
from triclave_spec.encoding import h
from triclave_spec.errors import INVALID_ARGUMENT, QUORUM_SHORT, SpecError, require


def read_arrow(path: str) -> pa.Table:
    """A table of an Arrow IPC file."""
    with pa.ipc.open_file(path) as file:
        return file.read_all()


def write_arrow(path: str, table: pa.Table) -> None:
    """The same back."""
    with pa.ipc.new_file(path, table.schema) as file:
        file.write_table(table)


def _any(name: str, globs: Sequence[str]) -> bool:
    return any(fnmatchcase(name, g) for g in globs)


def _columns(schema: pa.Schema, assigned: Sequence[str], compress: Sequence[str]) -> List[tables.Column]:
    globs = {name: text.split(",") for name, text in (pair.split("=", 1) for pair in assigned)}
    out = []
    for field in schema:
        names = [name for name, mine in globs.items() if _any(field.name, mine)]
        require(len(names) == 1, INVALID_ARGUMENT, f"{len(names)} compartments claim the column {field.name!r}")
        out.append(tables.Column(names[0], arrow_bridge.field_from(field),
                                 zstd.ZSTD if _any(field.name, compress) else zstd.NONE))
    return out


def _group(columns: Sequence[tables.Column], part: pa.Table) -> tables.RowGroup:
    arrays = [c.combine_chunks() for c in part.unify_dictionaries().columns]
    arrays = [a.chunk(0) if isinstance(a, pa.ChunkedArray) else a for a in arrays]
    return tables.RowGroup(len(part), [arrow_bridge.nodes_from(c.field, a) for c, a in zip(columns, arrays)])


def seal(args: argparse.Namespace, built: sealing.Built) -> None:
    """One segment, perhaps behind others."""
    table = read_arrow(args.input)
    columns = _columns(table.schema, args.columns, args.compress)
    before = Path(args.append_to).read_bytes() if args.append_to else b""
    previous = h(table_segments.parse(before)[-1].header) if before else b""
    step = args.rows or max(1, len(table))
    groups = [_group(columns, table.slice(at, step)) for at in range(0, len(table), step)]
    segment = tables.seal(built.core, built.record, built.data_keys, columns, groups, args.name, previous,
                          detached=args.capsule is not None)
    Path(args.output).write_bytes(before + segment)
    if args.capsule:
        Path(args.capsule).write_bytes(built.record)


def _keys(segments: Sequence[table_segments.Segment], capsules: Sequence[reading.Capsule], wanted: Sequence[str],
          identities: Sequence[xwing.PrivateKey]) -> List[Dict[str, bytes]]:
    opened: List[Dict[str, bytes]] = []
    refusal = None
    for segment, capsule in zip(segments, capsules):
        keys = {}
        for name in wanted or segment.compartments:
            try:
                keys[name] = opening.open_compartment(capsule, name, identities).data_key
            except SpecError as error:
                if wanted or error.kind != QUORUM_SHORT:
                    raise
                refusal = error
        opened.append(keys)
    everywhere = set(opened[0]).intersection(*opened)
    if not everywhere and refusal:
        raise refusal
    return [{name: key for name, key in keys.items() if name in everywhere} for keys in opened]


def open_table(args: argparse.Namespace, trust: reading.Trust, identities: Sequence[xwing.PrivateKey]) -> None:
    """Opens compartments and writes their columns, or some of them."""
    segments = table_segments.parse(Path(args.input).read_bytes())
    elsewhere = [Path(path).read_bytes() for path in args.capsule]
    capsules = []
    for segment in segments:
        require(bool(segment.capsule or elsewhere), INVALID_ARGUMENT, "a capsule is kept elsewhere: --capsule")
        capsules.append(reading.read(segment.capsule or elsewhere.pop(0), trust))
        segment.check_against(capsules[-1])
    table = tables.OpenTable(segments, _keys(segments, capsules, args.compartment, identities))
    shown = [(name, c) for name, c in table.columns if _any(c["field"]["name"], args.column or ["*"])]
    schema = pa.schema([arrow_bridge.field_to(c["field"]) for _, c in shown])
    batches = []
    for s in range(len(segments)):
        for g in range(len(table.rows(s))):
            arrays = [arrow_bridge.array_to(c["field"], table.nodes(s, g, name, c)) for name, c in shown]
            batches.append(pa.RecordBatch.from_arrays(arrays, schema=schema))
    write_arrow(args.output, pa.Table.from_batches(batches, schema).unify_dictionaries())


def describe(data: bytes, describe_header: Any, describe_capsule: Any) -> Dict[str, Any]:
    """What an observer sees of a table's segments."""
    return {"segments": [
        {"header": describe_header(s.header), "chunk_bytes": len(s.body), "footer_bytes": [len(f) for f in s.footers],
         "capsule": describe_capsule(s.capsule) if s.capsule else None} for s in table_segments.parse(data)]}
