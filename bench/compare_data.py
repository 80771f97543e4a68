"""The table of the comparison: 16 columns as a hospital has them, the same for everybody."""

import struct


def make_table(rows):
    """Numbers, dates and text without nulls, as a pyarrow table."""
    import numpy
    import pyarrow

    random = numpy.random.Generator(numpy.random.PCG64(20261123))
    icd = pyarrow.array([f"{chr(65 + i % 26)}{i % 100:02d}.{i % 10}" for i in range(2000)])
    atc = pyarrow.array([f"{chr(65 + i % 14)}{i % 17:02d}{chr(65 + i % 7)}{i % 60:02d}" for i in range(900)])
    words = "patient reports mild stable chronic pain in left right knee hip follow up weeks no acute distress".split()
    notes = pyarrow.array([" ".join(words[(i * k) % len(words)] for k in range(3, 10))[: 30 + i % 20] for i in range(4096)])

    def picked(values):
        codes = pyarrow.array(random.integers(0, len(values), rows, dtype=numpy.int32))
        return pyarrow.DictionaryArray.from_arrays(codes, values).dictionary_decode()

    columns = {
        "patient": pyarrow.array(random.integers(10**9, 10**10, rows)),
        "stay": pyarrow.array(numpy.arange(rows, dtype=numpy.int64) * 7 + 11),
        "unit": pyarrow.array(random.integers(0, 50_000, rows)),
    }
    for name in ("birth", "admitted", "discharged"):
        columns[name] = pyarrow.array(random.integers(7000, 20500, rows, dtype=numpy.int32), pyarrow.date32())
    for name, middle, spread in (
        ("weight", 75, 15), ("height", 170, 10), ("systolic", 125, 15), ("diastolic", 80, 10), ("hba1c", 5.8, 0.9), ("creatinine", 80, 20),
    ):  # fmt: skip
        columns[name] = pyarrow.array(random.normal(middle, spread, rows))
    columns |= {"diagnosis": picked(icd), "secondary": picked(icd), "drug": picked(atc), "note": picked(notes)}
    return pyarrow.table(columns)


def write_for_driver(table, folder):
    """The same table as bench_compare reads it (bench/compare_table.cc)."""
    import pyarrow

    formats = {pyarrow.int64(): "l", pyarrow.float64(): "g", pyarrow.date32(): "tdD", pyarrow.string(): "u"}
    lines, at = [str(table.num_rows)], 0
    with open(folder / "data", "wb") as data:
        for field in table.schema:
            column = table.column(field.name).combine_chunks()
            buffers = [memoryview(each).cast("B") for each in column.buffers()[1:]]
            if field.type == pyarrow.string():
                offsets = buffers[0][: (table.num_rows + 1) * 4]
                buffers = [offsets, buffers[1][: struct.unpack("<i", offsets[-4:])[0]]]
            else:
                buffers = [buffers[0][: table.num_rows * field.type.bit_width // 8]]
            line = f"{field.name} {formats[field.type]}"
            for each in buffers:
                data.write(each)
                line += f" {at} {len(each)}"
                at += len(each)
            lines.append(line)
    (folder / "columns").write_text("\n".join(lines) + "\n", encoding="utf-8")
