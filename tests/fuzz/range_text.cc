// Ranges as the program's user writes them.
#include "cli/range.h"
#include "harness.h"

using namespace triclave;

FUZZ_TARGET(input) {
  const auto range = cli::parse_range(as_text(input));
  if (!range) return REQUIRE(fuzz::is_one_of(range.error(), {ErrorKind::invalid_argument}));
  REQUIRE(range->length <= ~std::uint64_t{0} - range->start);
  const std::string start = std::to_string(range->start) + ":";
  const auto to_end = cli::parse_range(start);
  const auto again = cli::parse_range(start + std::to_string(range->length));
  REQUIRE(to_end && to_end->start == range->start && to_end->length == ~std::uint64_t{0} - range->start);
  REQUIRE(again && again->start == range->start && again->length == range->length);
}
