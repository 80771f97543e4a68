// A column chunk of somebody who holds the data key: what passes all checks is the one form of its values, and goes out
// through the Arrow C Data Interface and in again as it is.
#include "base/integers.h"
#include "harness.h"
#include "table/chunk.h"
#include "table/compression.h"
#include "table/owned.h"

using namespace triclave;
using table::Field;

namespace {

Field field(const char* format, std::vector<Field> children = {}, std::vector<Field> dictionary = {}) {
  Field out;
  out.name = "f";
  out.format = format;
  out.children = std::move(children);
  out.dictionary = std::move(dictionary);
  return out;
}

std::vector<Field> all_fields() {
  Field required = field("s");
  required.nullable = false;
  std::vector<Field> out = {field("n"),
                            field("b"),
                            field("i"),
                            required,
                            field("u"),
                            field("U"),
                            field("w:3"),
                            field("d:20,2"),
                            field("+l", {field("u")}),
                            field("+L", {field("b")}),
                            field("+s", {field("c"), field("z")}),
                            field("c", {}, {field("u")}),
                            field("+s", {field("+l", {field("C", {}, {field("tdD")})})})};
  for (Field& each : out) REQUIRE(table::check_field(each));
  return out;
}

void check(const Field& of, ByteView plain, std::uint64_t rows) {
  const auto nodes = table::read_layout(of, plain);
  if (!nodes) return REQUIRE(fuzz::is_one_of(nodes.error(), {ErrorKind::malformed}));
  const auto chunk = table::lay_out(of, *nodes);
  Bytes again;
  for (const ByteView piece : chunk.pieces) again.insert(again.end(), piece.begin(), piece.end());
  REQUIRE(chunk.size == plain.size() && fuzz::same(again, plain));
  const auto checked = table::check_column(of, *nodes, rows);
  if (!checked) return REQUIRE(fuzz::is_one_of(checked.error(), {ErrorKind::malformed}));
  table::OwnedArray batch;
  table::export_batch({of}, {*nodes}, {}, rows, batch.get());
  const auto imported = table::import_column(of, *batch->children[0], 0, rows);
  REQUIRE(imported && imported->owned.empty() && imported->nodes.size() == nodes->size());
}

}  // namespace

// A byte for the column's type, one for compression, two for the rows; the chunk follows.
FUZZ_TARGET(input) {
  static const std::vector<Field> all = all_fields();
  constexpr std::size_t kHead = 4;
  if (input.size() < kHead) return;
  const Field& of = all[input[0] % all.size()];
  const std::uint64_t rows = from_big_endian<std::uint16_t>(input.subspan(2));
  const ByteView chunk = input.subspan(kHead);
  if (input[1] % 2 == 0) {
    // Arrow's buffers are aligned, as the pool's memory is.
    const auto pool = table::BufferPool::make();
    const auto memory = pool->take(chunk.size());
    std::copy(chunk.begin(), chunk.end(), memory.get());
    return check(of, {memory.get(), chunk.size()}, rows);
  }
  // What a frame may hold at most costs a tester's memory, and is refused by others.
  if (chunk.size() >= 8 && from_big_endian<std::uint64_t>(chunk) > (std::uint64_t{16} << 20) &&
      from_big_endian<std::uint64_t>(chunk) <= table::kMaxChunk)
    return;
  static const auto pool = table::BufferPool::make();
  const auto plain = table::decompress(chunk, *pool);
  if (!plain) return REQUIRE(fuzz::is_one_of(plain.error(), {ErrorKind::malformed}));
  REQUIRE(plain->size == from_big_endian<std::uint64_t>(chunk));
  const ByteView piece = plain->view();
  const auto compressed = table::compress(std::span(&piece, 1), piece.size());
  REQUIRE(compressed.has_value());
  const auto again = table::decompress(*compressed, *pool);
  REQUIRE(again && fuzz::same(again->view(), piece));
  check(of, piece, rows);
}
