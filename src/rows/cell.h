// When a cell is written in quotes, and how.
#pragma once

#include <string>
#include <string_view>

#include "rows/dialect.h"
#include "rows/style.h"

namespace triclave::rows {

// Whether a field must stand in quotes to be read as this text again.
inline bool needs_quotes(std::string_view text, char delimiter) noexcept {
  for (const char c : text)
    if (c == delimiter || c == '"' || c == '\n' || c == '\r') return true;
  return false;
}

// Whether a value would be taken for something else if it stood there without quotes: for a missing one or, in front of
// the whole file, for a byte order mark.
inline bool is_mistakable(const CsvDialect& dialect, std::string_view text, bool first) noexcept {
  return text.empty() || text == dialect.null_text || (first && text.starts_with(kByteOrderMark));
}

// A value that is not missing; `first`: nothing stands before it in the file.
inline bool is_quoted(const CsvDialect& dialect, const ColumnStyle& style, std::string_view text, bool first) noexcept {
  return style.quoted || is_mistakable(dialect, text, first) || needs_quotes(text, dialect.delimiter);
}

inline bool is_name_quoted(const CsvDialect& dialect, std::string_view name) noexcept {
  return dialect.quoted_header || name.starts_with(kByteOrderMark) || needs_quotes(name, dialect.delimiter);
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
