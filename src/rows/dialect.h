// What is allowed in a dialect and in a type.
#pragma once

#include "triclave/csv.h"

namespace triclave::rows {

inline constexpr std::size_t kMaxNullText = 16;  // bytes

bool is_delimiter(char c) noexcept;
bool is_null_text(std::string_view text, char delimiter) noexcept;
bool is_type(const CsvType& type) noexcept;

// Errors: invalid_argument.
Result<void> check_dialect(const CsvDialect& dialect);

inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";  // in UTF-8

inline std::string_view line_end(const CsvDialect& dialect) noexcept {
  return dialect.line_end == CsvLineEnd::lf ? "\n" : dialect.line_end == CsvLineEnd::crlf ? "\r\n" : "\r";
}
inline char decimal_mark(const CsvDialect& dialect) noexcept { return dialect.decimal_comma ? ',' : '.'; }

}  // namespace triclave::rows
