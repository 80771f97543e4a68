// Values of the types that a CSV file's columns have, as text.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rows/number.h"
#include "rows/style.h"
#include "triclave/csv.h"

namespace triclave::rows {

// How the values of one column are spelt.
struct Spelling {
  ColumnStyle style;
  char mark = '.';  // of decimals
};

// Days since 1970-01-01 in the proleptic Gregorian calendar; a date is YYYY-MM-DD, of the years 0000 to 9999.
std::optional<std::int32_t> read_date(std::string_view text) noexcept;
void print_date(std::int64_t days, std::string& out);  // other years: -0044-03-15, +12024-01-01
std::string_view bool_word(BoolStyle style, bool value) noexcept;
std::optional<bool> read_bool(std::string_view text) noexcept;  // in any style

// What is read from a text, ready for a column's memory.
struct Value {
  std::array<std::uint8_t, 16> bytes{};  // the first type_width() count, little-endian as Arrow wants them
  bool exact = false;                    // written, the value is the text again
};
std::size_t type_width(const CsvType& type) noexcept;  // bytes; 0 for text, 1 for bool
// Not for text. Empty where the text is no value of the type.
std::optional<Value> read_value(const CsvType& type, const Spelling& spelling, std::string_view text);
void print_value(const CsvType& type, const Spelling& spelling, const Value& value, std::string& out);

}  // namespace triclave::rows
