// The whole way of opening a table whose bytes were changed: whatever opens is what was sealed, in its place.
#include <optional>

#include "edits.h"
#include "harness.h"
#include "session.h"
#include "support/arrow_build.h"
#include "table/owned.h"
#include "triclave/table.h"

using namespace triclave;
namespace support = triclave::testing;
using support::Parts;

namespace {

constexpr std::size_t kMessage = 56 + 128 + 16;  // of a chunk of eight numbers

Parts rows(std::int64_t first) {
  std::vector<std::optional<std::int64_t>> numbers, others;
  std::vector<std::optional<std::string>> words;
  for (std::int64_t i = first; i < first + 8; ++i) {
    numbers.push_back(i);
    others.push_back(-i);
    words.push_back(i % 3 == 0 ? std::nullopt : std::optional(std::to_string(i)));
  }
  return support::batch_of({support::fixed<std::int64_t>("a", "l", numbers), support::texts("id", words),
                            support::fixed<std::int64_t>("b", "l", others), support::texts("note", words)});
}

struct Sealed : fuzz::Session {
  Policy claims = world.policy({.columns = "id"});
  std::vector<Parts> batches = {rows(0), rows(100), rows(200)};
  // Detached; with its capsule; with an appended segment.
  std::array<Bytes, 3> tables = {table({0, 1, 2}, {}), table({0, 1, 2}, {.embed_capsule = true}), appended()};

  Bytes table(const std::vector<std::size_t>& which, TableOptions options) const {
    options.compress = {"note"};
    Bytes out;
    auto writer =
        TableWriter::make(sealer, claims, *support::schema_of(batches[0]), "stays", memory_sink(out), options);
    REQUIRE(writer.has_value());
    for (const std::size_t i : which) REQUIRE(writer->write(*support::array_of(batches[i])));
    REQUIRE(writer->finish());
    return out;
  }
  Opener reader() const { return Opener::make(policy, world.providers({"owner", "outscale", "ovh"})); }
  Bytes appended() const {
    const Bytes first = table({0}, {});
    const auto source = memory_source(first);
    return table({1, 2}, {.append_to = source.get()});
  }
};

// Whether every column of every row group opened.
bool check(OpenTable& opened, const Sealed& sealed) {
  bool whole = true;
  for (std::uint64_t g = 0; g < opened.row_groups(); ++g)
    for (const TableColumn& column : opened.columns()) {
      const std::vector<std::string> one = {column.name};
      table::OwnedArray batch;
      if (const auto read = opened.read(g, one, batch.get()); !read) {
        REQUIRE(fuzz::is_one_of(read.error(), {ErrorKind::malformed, ErrorKind::forged}));
        whole = false;
        continue;
      }
      const Parts& truth = sealed.batches[g].children[column.position];
      const table::Field field = support::field_of(truth);
      const auto want = support::array_of(truth);
      const auto there = table::import_column(field, *batch->children[0], 0, 8),
                 here = table::import_column(field, *want, 0, 8);
      REQUIRE(there && here && batch->length == 8);
      REQUIRE(support::shown(field, there->nodes) == support::shown(field, here->nodes));
    }
  return whole;
}

}  // namespace

// The first byte chooses the table; edits follow.
FUZZ_TARGET(input) {
  static const Sealed sealed;
  static Opener known = [] {
    Opener out = sealed.reader();
    REQUIRE(out.add_capsule(sealed.sealer.capsule()));
    return out;
  }();
  if (input.empty()) return;
  const Bytes& table = sealed.tables[input[0] % sealed.tables.size()];
  const Bytes changed = fuzz::edited(table, input.subspan(1), kMessage);
  const bool carries_capsule = input[0] % sealed.tables.size() == 1;
  Opener fresh = sealed.reader();
  auto opened = OpenTable::open(carries_capsule ? fresh : known, memory_source(changed));
  if (!opened) {
    REQUIRE(changed != table);
    // invalid_argument: a header names a capsule that is not at hand.
    return REQUIRE(fuzz::refuses(opened.error()) || opened.error().kind == ErrorKind::invalid_argument);
  }
  // An appended segment may be missing, which no reader can see.
  REQUIRE(opened->row_groups() == 3 || (input[0] % sealed.tables.size() == 2 && opened->row_groups() == 1));
  const bool whole = check(*opened, sealed);
  REQUIRE(changed != table || whole);
}
