// What an independent implementation, written from SPEC.md alone, says of good and bad tables and cells
// (tests/vectors).
#include <algorithm>
#include <sstream>

#include "format/strict.h"
#include "format/table.pb.h"
#include "support/vector_reader.h"
#include "table/chunk.h"
#include "table/footer.h"
#include "table/owned.h"
#include "triclave/cells.h"
#include "triclave/table.h"

namespace triclave {
namespace {

constexpr std::string_view kEveryKey[] = {"comment", "type",     "rule",        "expect",      "producer", "owner",
                                          "dataset", "identity", "own-key",     "seen",        "ask",      "refused",
                                          "capsule", "table",    "compartment", "column",      "note",     "rows",
                                          "chunk",   "cells",    "prefix",      "cell-column", "cell",     "value"};

class TableVectors : public testing::VectorReader {
 protected:
  std::string field_in_hex(const table::Field& field) const {
    table::Footer footer{1, {{0, field, Compression::none}}, {}, {}};
    v1::TableFooter message;
    const Bytes bytes = table::serialize_footer(footer);
    EXPECT_TRUE(message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
    return to_hex(format::serialize(message.own(0).field()));
  }

  // The chunk's plaintext as it was: its form is the only one that these values have.
  static Bytes chunk_of(const table::Field& field, const ArrowArray& batch, std::size_t column) {
    const auto imported =
        table::import_column(field, *batch.children[column], 0, static_cast<std::uint64_t>(batch.length));
    EXPECT_OK(imported);
    Bytes out;
    if (!imported) return out;
    const auto chunk = table::lay_out(field, imported->nodes);
    for (const ByteView piece : chunk.pieces) out.insert(out.end(), piece.begin(), piece.end());
    return out;
  }

  Result<void> judge_table() const {
    const Policy trusted = policy();
    const auto seen = memory(vector.bytes("capsule"));
    Opener opener = Opener::make(trusted, providers(), seen.get());
    if (vector.has("capsule"))
      if (auto added = opener.add_capsule(vector.bytes("capsule")); !added) return tl::unexpected(added.error());
    const Bytes record = vector.bytes("table");
    auto opened = OpenTable::open(opener, memory_source(record), vector.all("compartment"));
    if (!opened) return tl::unexpected(opened.error());
    table::OwnedSchema schema;
    EXPECT_OK(opened->schema({}, schema.get()));
    const auto fields = table::import_schema(*schema);
    EXPECT_OK(fields);
    std::vector<std::string> columns, rows, chunks;
    for (std::size_t i = 0; i < opened->columns().size(); ++i) {
      const TableColumn& each = opened->columns()[i];
      columns.push_back(std::to_string(each.position) + " " + each.compartment + " " +
                        std::to_string(static_cast<int>(each.compression)) + " " + field_in_hex(fields->columns[i]));
    }
    for (std::uint64_t g = 0; g < opened->row_groups(); ++g) {
      table::OwnedArray batch;
      if (auto read = opened->read(g, {}, batch.get()); !read) return tl::unexpected(read.error());
      rows.push_back(std::to_string(batch->length));
      for (std::size_t i = 0; i < columns.size(); ++i)
        chunks.push_back(std::to_string(opened->columns()[i].position) + " " +
                         to_hex(chunk_of(fields->columns[i], *batch, i)));
    }
    EXPECT_EQ(columns, vector.all("column"));
    EXPECT_EQ(rows, behind(vector.all("rows"), 2));
    EXPECT_EQ(chunks, behind(vector.all("chunk"), 2));
    std::vector<std::string> notes, expected;
    for (const auto& [key, value] : opened->notes())
      notes.push_back(to_hex(as_bytes(key)) + " " + to_hex(as_bytes(value)));
    for (const std::string& line : vector.all("note"))  // the first segment's, of any compartment
      if (line.rfind("0 ", 0) == 0) expected.push_back(behind({line}, 2)[0]);
    for (const std::string& note : notes) EXPECT_THAT(expected, ::testing::Contains(note));
    EXPECT_EQ(notes.empty(), expected.empty());
    return {};
  }

  Result<void> judge_cells() const {
    const Policy trusted = policy();
    const auto seen = memory(vector.bytes("capsule"));
    Opener opener = Opener::make(trusted, providers(), seen.get());
    if (auto added = opener.add_capsule(vector.bytes("capsule")); !added) return tl::unexpected(added.error());
    // The vector's reader has one capsule; where there may be many, another one is only not at hand.
    const Bytes prefix = vector.bytes("prefix");
    Id named{};
    if (prefix.size() == kCellPrefixSize) std::copy_n(prefix.begin() + 12, named.size(), named.begin());
    const bool foreign = prefix.size() == kCellPrefixSize && !opener.knows(named);
    auto batch = CellOpener::make(opener, prefix, vector.one("compartment"), vector.one("cell-column"));
    if (!batch && foreign && batch.error().kind == ErrorKind::invalid_argument)
      return fail(ErrorKind::forged, "the capsule of another session");
    if (!batch) return tl::unexpected(batch.error());
    std::vector<std::string> values;
    for (const std::string& cell : vector.all("cell")) {
      const SecretBytes bytes = cell.empty() ? SecretBytes() : secret_from_hex(cell).value();
      Cells out;
      if (auto opened = batch->open(Cells::one(bytes.view()), out); !opened) return tl::unexpected(opened.error());
      values.push_back(to_hex(out.bytes));
    }
    EXPECT_EQ(values, vector.all("value"));
    return {};
  }

  // Lines without their first words.
  static std::vector<std::string> behind(std::vector<std::string> lines, int words) {
    for (std::string& line : lines)
      for (int i = 0; i < words; ++i) line.erase(0, line.find(' ') + 1);
    return lines;
  }
};

TEST_P(TableVectors, IsJudgedAsItExpects) {
  for (const auto& line : vector.lines)
    EXPECT_THAT(kEveryKey, ::testing::Contains(line.first)) << "a key that this test does not know";
  expect_outcome(vector.one("type") == "table" ? judge_table() : judge_cells());
}

INSTANTIATE_TEST_SUITE_P(All, TableVectors, ::testing::ValuesIn(testing::vector_names({"table", "cells"})),
                         testing::test_name);

}  // namespace
}  // namespace triclave
