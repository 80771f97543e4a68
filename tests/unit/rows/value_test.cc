// Numbers, dates and truth values as text. Expected texts are what Python's repr() and decimal, R's write.csv() and
// POSIX date(1) print.
#include "rows/value.h"

#include <gmock/gmock.h>

#include <cmath>
#include <cstdlib>
#include <limits>

namespace triclave::rows {
namespace {

std::string printed(FloatStyle style, double value, char mark = '.') {
  std::string out;
  print_float(style, value, mark, out);
  return out;
}

TEST(Floats, AreWrittenAsPythonDoes) {
  for (const auto& [value, text] :
       std::initializer_list<std::pair<double, std::string_view>>{{0.0, "0.0"},
                                                                  {-0.0, "-0.0"},
                                                                  {1.0, "1.0"},
                                                                  {100000.0, "100000.0"},
                                                                  {0.1, "0.1"},
                                                                  {0.0001, "0.0001"},
                                                                  {1e-05, "1e-05"},
                                                                  {1000000000000000.0, "1000000000000000.0"},
                                                                  {1e+16, "1e+16"},
                                                                  {1.2345678901234568e+17, "1.2345678901234568e+17"},
                                                                  {0.3333333333333333, "0.3333333333333333"},
                                                                  {5e-324, "5e-324"},
                                                                  {1.7976931348623157e+308, "1.7976931348623157e+308"},
                                                                  {0.30000000000000004, "0.30000000000000004"},
                                                                  {-75.0, "-75.0"},
                                                                  {2.5e-07, "2.5e-07"},
                                                                  {9007199254740992.0, "9007199254740992.0"}}) {
    EXPECT_EQ(printed(FloatStyle::point, value), text);
    EXPECT_TRUE(is_written_so(FloatStyle::point, text, shape_of(text), '.')) << text;
  }
}

TEST(Floats, AreWrittenAsRDoes) {
  for (const auto& [value, text] : std::initializer_list<std::pair<double, std::string_view>>{{0, "0"},
                                                                                              {1, "1"},
                                                                                              {100000, "1e+05"},
                                                                                              {123456, "123456"},
                                                                                              {120000, "120000"},
                                                                                              {1e15, "1e+15"},
                                                                                              {0.0001, "1e-04"},
                                                                                              {0.001, "0.001"},
                                                                                              {0.00012, "0.00012"},
                                                                                              {1.5, "1.5"},
                                                                                              {-2e-10, "-2e-10"}}) {
    EXPECT_EQ(printed(FloatStyle::shortest, value), text);
    EXPECT_TRUE(is_written_so(FloatStyle::shortest, text, shape_of(text), '.')) << text;
  }
}

TEST(Floats, AreWrittenPlainly) {
  for (const auto& [value, text] :
       std::initializer_list<std::pair<double, std::string_view>>{{0, "0"},
                                                                  {-0.0, "-0"},
                                                                  {100000, "100000"},
                                                                  {0.00001, "0.00001"},
                                                                  {1e20, "100000000000000000000"},
                                                                  {1e21, "1e+21"},
                                                                  {1e-15, "0.000000000000001"},
                                                                  {1e-16, "1e-16"},
                                                                  {61.5, "61.5"}})
    EXPECT_EQ(printed(FloatStyle::plain, value), text);
  EXPECT_EQ(printed(FloatStyle::plain, 61.5, ','), "61,5");
  EXPECT_EQ(printed(FloatStyle::point, 61, ','), "61,0");
  EXPECT_EQ(printed(FloatStyle::point, std::numeric_limits<double>::infinity()), "inf");
  EXPECT_EQ(printed(FloatStyle::plain, std::nan("")), "nan");
}

TEST(Floats, OtherTextsAreNotWrittenSo) {
  const auto is_written = [](FloatStyle style, std::string_view text, char mark = '.') {
    return is_written_so(style, text, shape_of(text), mark);
  };
  for (const std::string_view text : {"1.50", "1.0", "01", "+1", "1.", ".5", "1e5", "1e+05", "1,5", "1.5 ", "", "-",
                                      "0.1000000000000000055511151231257827", "1e400", "99999999999999999999"})
    EXPECT_FALSE(is_written(FloatStyle::plain, text)) << text;
  for (const std::string_view text : {"1", "1.50", "100000", "0.00001", "1e+05", "10000000000000000.0"})
    EXPECT_FALSE(is_written(FloatStyle::point, text)) << text;
  for (const std::string_view text : {"100000", "1.0", "0.0001", "1e+5"})
    EXPECT_FALSE(is_written(FloatStyle::shortest, text)) << text;
  EXPECT_TRUE(is_written(FloatStyle::plain, "61,5", ','));
  EXPECT_FALSE(is_written(FloatStyle::plain, "61.5", ','));
}

// The rule of 15 digits against the long way.
TEST(Floats, TheShortWayAgreesWithTheLongOne) {
  std::uint64_t state = 1;
  for (int i = 0; i < 20000; ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    std::string text = std::to_string(state >> (20 + state % 40));
    if (state % 3 != 0) text.insert(text.size() - std::min<std::size_t>(text.size() - 1, state / 3 % 9), ".");
    if (text.back() == '.' || (text.size() > 1 && text[0] == '0' && text[1] != '.')) continue;
    const auto shape = shape_of(text);
    ASSERT_TRUE(shape) << text;
    const auto value = read_float(text, shape, '.');
    ASSERT_EQ(value, std::strtod(text.c_str(), nullptr)) << text;
    for (const FloatStyle style : {FloatStyle::plain, FloatStyle::shortest, FloatStyle::point})
      ASSERT_EQ(is_written_so(style, text, shape, '.'), printed(style, *value) == text)
          << text << to_text(ColumnStyle{false, style});
  }
}

std::string decimal(Int128 value, int scale, char mark = '.') {
  std::string out;
  print_decimal(value, scale, mark, out);
  return out;
}

TEST(Decimals, AreWritten) {
  EXPECT_EQ(decimal(0, 0), "0");
  EXPECT_EQ(decimal(0, 2), "0.00");
  EXPECT_EQ(decimal(-5, 2, ','), "-0,05");
  EXPECT_EQ(decimal(1250, 2), "12.50");
  EXPECT_EQ(decimal(7, -3), "7000");
  EXPECT_EQ(decimal(0, -3), "0");
  EXPECT_EQ(decimal(std::numeric_limits<std::int64_t>::min(), 0), "-9223372036854775808");
  std::string out;
  print_decimal(Int256{0, 0, 0, 0, 0, 0, 0, 0x80000000u}, 10, '.', out);
  EXPECT_EQ(out, "-5789604461865809771178549250434395392663499233282028201972879200395.6564819968");
  out.clear();
  print_decimal(
      Int256{0xFFFFFFFFu, 0xFFFFFFFFu, 0xFFFFFFFFu, 0xFFFFFFFFu, 0xFFFFFFFFu, 0xFFFFFFFFu, 0xFFFFFFFFu, 0xFFFFFFFFu}, 0,
      '.', out);
  EXPECT_EQ(out, "-1");
}

TEST(Decimals, AreRead) {
  EXPECT_EQ(read_decimal("12.50", '.', 4, 2), Int128{1250});
  EXPECT_EQ(read_decimal("12.5", '.', 4, 2), Int128{1250});
  EXPECT_EQ(read_decimal("+0012,500", ',', 4, 2), Int128{1250});
  EXPECT_EQ(read_decimal("-12", '.', 4, 2), Int128{-1200});
  EXPECT_EQ(read_decimal("99999999999999999999999999999999999999", '.', 38, 0),
            (Int128{5421010862427522170} << 64) + static_cast<Int128>(687399551400673279u));
  for (const std::string_view bad : {"", "-", "12.505", "123.45", "1.", ".5", "1,5", "1 5", "1e2", "--1", "0x1"})
    EXPECT_FALSE(read_decimal(bad, '.', 4, 2)) << bad;
  EXPECT_FALSE(read_decimal("100000000000000000000000000000000000000", '.', 38, 0));
}

TEST(Integers, AreReadWithinTheirRange) {
  const auto read = [](std::string_view text) { return read_int64(text, shape_of(text)); };
  EXPECT_EQ(read("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(read("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(read("007"), 7);
  EXPECT_EQ(read("+5"), 5);
  EXPECT_EQ(read("-0"), 0);
  for (const std::string_view bad : {"", "+", "-", "9223372036854775808", "1.0", "1 ", " 1", "1e3", "+-1", "0x1"})
    EXPECT_FALSE(read(bad)) << bad;
}

TEST(Dates, FollowTheCalendar) {
  const auto printed_date = [](std::int64_t days) {
    std::string out;
    print_date(days, out);
    return out;
  };
  for (const auto& [text, days] :
       std::initializer_list<std::pair<std::string, std::int32_t>>{{"1970-01-01", 0},
                                                                   {"1969-12-31", -1},
                                                                   {"2000-02-29", 11016},
                                                                   {"2024-12-31", 20088},
                                                                   {"1582-10-04", -141438},
                                                                   {"0000-01-01", -719528},
                                                                   {"9999-12-31", 2932896}}) {
    EXPECT_EQ(read_date(text), days) << text;
    EXPECT_EQ(printed_date(days), text);
  }
  EXPECT_EQ(printed_date(2932897), "+10000-01-01");
  EXPECT_EQ(printed_date(-719529), "-0001-12-31");
  EXPECT_EQ(printed_date(std::numeric_limits<std::int64_t>::min() / 86400).substr(0, 13), "-292277022657");
  for (const std::string_view bad :
       {"", "2023-02-29", "1900-02-29", "2023-13-01", "2023-00-10", "2023-01-00", "2023-04-31", "23-01-01",
        "2023/01/01", "01-02-2023", "2023-1-1", "2023-01-01 ", "-001-01-01"})
    EXPECT_FALSE(read_date(bad)) << bad;
}

TEST(Booleans, HaveThreeSpellings) {
  for (const std::string_view text : {"true", "True", "TRUE"}) EXPECT_EQ(read_bool(text), true) << text;
  for (const std::string_view text : {"false", "False", "FALSE"}) EXPECT_EQ(read_bool(text), false) << text;
  for (const std::string_view text : {"", "t", "1", "tRUE", "vrai", "true "}) EXPECT_FALSE(read_bool(text)) << text;
  EXPECT_EQ(bool_word(BoolStyle::upper, true), "TRUE");
  EXPECT_EQ(bool_word(BoolStyle::lower, false), "false");
}

}  // namespace
}  // namespace triclave::rows
