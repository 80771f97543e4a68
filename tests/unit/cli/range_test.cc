#include "cli/range.h"

#include <gtest/gtest.h>

#include <limits>

#include "support/result.h"

namespace triclave::cli {
namespace {

TEST(Range, IsStartAndLength) {
  const auto range = parse_range("100:20");
  ASSERT_OK(range);
  EXPECT_EQ(range->start, 100u);
  EXPECT_EQ(range->length, 20u);
  EXPECT_EQ(parse_range("0:0")->length, 0u);
}

TEST(Range, WithoutALengthReadsToTheEnd) {
  const auto range = parse_range("7:");
  ASSERT_OK(range);
  EXPECT_EQ(range->start, 7u);
  EXPECT_EQ(range->length, std::numeric_limits<std::uint64_t>::max() - 7);
}

TEST(Range, RefusesEverythingElse) {
  for (const char* bad : {"", ":", "1", ":5", "-1:5", "1:-5", "1:5:9", "a:b", " 1:5", "1: 5", "1:5 ", "0x10:1", "+1:1",
                          "18446744073709551616:1", "1:18446744073709551616", "18446744073709551615:1"})
    EXPECT_FAILS(parse_range(bad), ErrorKind::invalid_argument);
  EXPECT_OK(parse_range("18446744073709551615:0"));
}

}  // namespace
}  // namespace triclave::cli
