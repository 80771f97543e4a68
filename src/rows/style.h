// What a column's values look like beyond what the file's dialect says. It stands in the column's metadata, so that it
// is sealed with the column and comes back with it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "triclave/error.h"

namespace triclave::rows {

// Three ways to write the shortest digits that read back: 100000 and 0.00001; 1e+05 and 1e-05, where that is shorter
// (R); 100000.0 and 1e-05 (Python).
enum class FloatStyle : std::uint8_t { plain, shortest, point };
// true; True (Python); TRUE (R).
enum class BoolStyle : std::uint8_t { lower, capital, upper };

struct ColumnStyle {
  bool quoted = false;  // every value; else those that need it
  FloatStyle floats = FloatStyle::plain;
  BoolStyle bools = BoolStyle::lower;
  bool operator==(const ColumnStyle&) const = default;
};

// "", "quoted", "quoted float=point", "bool=upper", ..
std::string to_text(const ColumnStyle& style);
// Takes what to_text() writes and nothing else. Errors: malformed.
Result<ColumnStyle> parse_column_style(std::string_view text);

}  // namespace triclave::rows
