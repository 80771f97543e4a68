// Tables sealed in memory, and what they hold as text.
#pragma once

#include <map>

#include "support/arrow_build.h"
#include "support/sealing.h"
#include "table/owned.h"
#include "table/segments.h"
#include "triclave/table.h"

namespace triclave::testing {

// The values of each column, as shown() has them.
using Shown = std::map<std::string, Names>;

inline void show_batch(const table::Schema& schema, const ArrowArray& batch, Shown& out) {
  ASSERT_EQ(batch.n_children, static_cast<std::int64_t>(schema.columns.size()));
  for (std::size_t i = 0; i < schema.columns.size(); ++i) {
    const table::Field& field = schema.columns[i];
    const auto column = table::import_column(field, *batch.children[i], static_cast<std::uint64_t>(batch.offset),
                                             static_cast<std::uint64_t>(batch.length));
    ASSERT_OK(column);
    for (std::string& value : shown(field, column->nodes)) out[field.name].push_back(std::move(value));
  }
}

inline Shown shown_of(const std::vector<Parts>& batches) {
  Shown out;
  for (const Parts& each : batches) {
    const auto schema = table::import_schema(*schema_of(each));
    EXPECT_OK(schema);
    if (schema) show_batch(*schema, *array_of(each), out);
  }
  return out;
}

// All row groups of these columns.
inline Result<Shown> read_all(OpenTable& opened, const Names& columns = {}) {
  table::OwnedSchema schema;
  if (auto done = opened.schema(columns, schema.get()); !done) return tl::unexpected(done.error());
  const auto imported = table::import_schema(*schema);
  if (!imported) return tl::unexpected(imported.error());
  Shown out;
  for (const table::Field& field : imported->columns) out[field.name];
  for (std::uint64_t group = 0; group < opened.row_groups(); ++group) {
    table::OwnedArray batch;
    if (auto done = opened.read(group, columns, batch.get()); !done) return tl::unexpected(done.error());
    show_batch(*imported, *batch, out);
  }
  return out;
}

// Segments one behind the other, each naming the one before it, with footers of these sizes that no key ever sealed.
struct FakeSegment {
  Bytes bytes;
  Id header_hash{};
};
inline FakeSegment fake_segment(const envelope::Header& header, std::size_t chunks,
                                const std::vector<std::size_t>& footers, ByteView capsule = {}) {
  envelope::WrittenFrame frame = envelope::write_frame(header, capsule);
  FakeSegment out{std::move(frame.bytes), frame.header_hash};
  out.bytes.resize(out.bytes.size() + chunks, std::uint8_t{7});
  std::vector<table::Place> places;
  for (const std::size_t size : footers) {
    out.bytes.resize(out.bytes.size() + size, static_cast<std::uint8_t>(size));
    places.push_back({0, size});
  }
  const Bytes tail = table::write_tail(places, out.bytes.size() + 8 * (footers.size() + 1));
  out.bytes.insert(out.bytes.end(), tail.begin(), tail.end());
  return out;
}
inline envelope::Header fake_header(std::vector<std::string> compartments, std::optional<Id> previous = {}) {
  return {{1}, {2}, "visits", "cohort", std::move(compartments), false, format::RecordKind::table, previous};
}
inline Bytes fake_segments(std::size_t count, const std::vector<std::string>& compartments) {
  Bytes out;
  std::optional<Id> previous;
  for (std::size_t i = 0; i < count; ++i) {
    const FakeSegment each =
        fake_segment(fake_header(compartments, previous), i, std::vector<std::size_t>(compartments.size(), 80));
    out.insert(out.end(), each.bytes.begin(), each.bytes.end());
    previous = each.header_hash;
  }
  return out;
}

// In which columns called id* are of the compartment identifiers, and all others of clinical.
class Tables : public Sealing {
 protected:
  Policy claims = world.policy({.columns = "id*"});

  Result<TableWriter> writer(const Parts& batch, std::unique_ptr<Sink> out, TableOptions options = {},
                             const Sealer* under = nullptr) const {
    return TableWriter::make(under != nullptr ? *under : sealer, claims, *schema_of(batch), "visits", std::move(out),
                             std::move(options));
  }
  // One row group a batch, unless the options say otherwise.
  Bytes table_of(const std::vector<Parts>& batches, TableOptions options = {}, const Sealer* under = nullptr) const {
    Bytes out;
    auto made = writer(batches.front(), memory_sink(out), std::move(options), under);
    EXPECT_OK(made);
    if (!made) return out;
    for (const Parts& each : batches) EXPECT_OK(made->write(*array_of(each)));
    EXPECT_OK(made->finish());
    return out;
  }
  // The file must stay where it is.
  Result<OpenTable> open_table(ByteView file, const Names& compartments = {},
                               const Names& recipients = {"owner", "outscale", "ovh"}) const {
    Opener reader = opener(recipients);
    return OpenTable::open(reader, memory_source(file), compartments);
  }
  Result<Shown> read_table(ByteView file, const Names& columns = {}) const {
    auto opened = open_table(file);
    if (!opened) return tl::unexpected(opened.error());
    return read_all(*opened, columns);
  }

  // Two columns of each compartment, with nulls, in an order of their own.
  static Parts visits(std::int64_t first, std::int64_t rows) {
    std::vector<std::optional<std::int64_t>> numbers;
    std::vector<std::optional<std::string>> codes, notes;
    std::vector<std::optional<bool>> flags;
    for (std::int64_t i = first; i < first + rows; ++i) {
      numbers.push_back(i % 5 == 3 ? std::nullopt : std::optional(i * 1'000'003));
      codes.push_back("nir-" + std::to_string(i));
      notes.push_back(i % 3 == 1 ? std::nullopt : std::optional(std::string(static_cast<std::size_t>(i % 7), 'n')));
      flags.push_back(i % 4 == 2 ? std::nullopt : std::optional(i % 2 == 0));
    }
    return batch_of({fixed<std::int64_t>("stay", "l", numbers), texts("id_nir", codes), texts("note", notes),
                     booleans("id_flag", flags)});
  }
};

}  // namespace triclave::testing
