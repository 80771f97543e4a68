// A table's footer: what is accepted is written again with the same bytes, and everything in it lies where it may.
#include "base/integers.h"
#include "harness.h"
#include "table/footer.h"

using namespace triclave;

// u32 bytes of the body's chunks and u8 compartments come first.
FUZZ_TARGET(input) {
  constexpr std::size_t kHead = 5;
  if (input.size() < kHead) return;
  const std::uint64_t chunks = from_big_endian<std::uint32_t>(input);
  const std::size_t compartments = 1 + input[4] % 64;
  const ByteView bytes = input.subspan(kHead);
  const auto footer = table::parse_footer(bytes, chunks, compartments);
  if (!footer) return REQUIRE(fuzz::is_one_of(footer.error(), {ErrorKind::malformed, ErrorKind::unsupported}));
  REQUIRE(fuzz::same(table::serialize_footer(*footer), bytes) && table::fits_footer(bytes));
  REQUIRE(!footer->own.empty() && footer->own.size() <= footer->columns && table::fits_pairs(footer->notes));
  for (std::size_t i = 0; i < footer->own.size(); ++i) {
    const table::FooterColumn& column = footer->own[i];
    REQUIRE(column.position < footer->columns && (i == 0 || column.position > footer->own[i - 1].position));
    REQUIRE(table::same_field(column.field, column.field));
  }
  for (const table::RowGroup& group : footer->row_groups) {
    REQUIRE(group.rows != 0 && group.rows <= table::kMaxRows && group.chunks.size() == footer->own.size());
    for (const table::Place& place : group.chunks)
      REQUIRE(place.size >= 72 && place.size <= chunks && place.offset <= chunks - place.size);
  }
}
