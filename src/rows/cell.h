// When a cell is written in quotes, and how.
#pragma once

#include <string>
#include <string_view>

#include "rows/style.h"
#include "triclave/csv.h"

namespace triclave::rows {

// Whether a field must stand in quotes to be read as this text again.
inline bool needs_quotes(std::string_view text, char delimiter) noexcept {
  for (const char c : text)
    if (c == delimiter || c == '"' || c == '\n' || c == '\r') return true;
  return false;
}

// A value that is not missing; one that looks missing needs quotes too.
inline bool is_quoted(const CsvDialect& dialect, const ColumnStyle& style, std::string_view text) noexcept {
  return style.quoted || text.empty() || text == dialect.null_text || needs_quotes(text, dialect.delimiter);
}

inline bool is_name_quoted(const CsvDialect& dialect, std::string_view name) noexcept {
  return dialect.quoted_header || needs_quotes(name, dialect.delimiter);
}

void append_quoted(std::string_view text, std::string& out);  // in quotes, its own doubled

inline void append_cell(std::string_view text, bool quoted, std::string& out) {
  if (quoted) {
    append_quoted(text, out);
  } else {
    out += text;
  }
}

}  // namespace triclave::rows
