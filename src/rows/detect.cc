// What the first bytes of a file tell.
#include <algorithm>
#include <array>
#include <utility>

#include "rows/row_reader.h"
#include "rows/survey.h"

namespace triclave::rows {

CsvLineEnd detect_line_end(std::string_view head) noexcept {
  bool quoted = false, lone = false;
  for (std::size_t i = 0; i < head.size(); ++i) {
    if (head[i] == '"') quoted = !quoted;
    if (quoted || (head[i] != '\r' && head[i] != '\n')) continue;
    if (head[i] == '\n') return CsvLineEnd::lf;
    if (i + 1 < head.size() && head[i + 1] == '\n') return CsvLineEnd::crlf;
    lone = true;  // ends lines only where nothing else does
  }
  return lone ? CsvLineEnd::cr : CsvLineEnd::lf;
}

char detect_delimiter(std::string_view head, bool whole, CsvLineEnd line_end) {
  constexpr std::array<char, 4> kDelimiters{',', ';', '\t', '|'};
  constexpr std::size_t kRows = 100;
  std::array<std::size_t, 4> first{};
  std::array<bool, 4> alike{true, true, true, true};
  RowReader rows(head, 0, nullptr, line_end);
  Row row;
  for (std::size_t i = 0; i < kRows && rows.next(row).value_or(false); ++i) {
    if (row.text.empty() || (i != 0 && row.end.empty() && !whole)) continue;
    std::array<std::size_t, 4> count{};
    bool quoted = false;
    for (const char c : row.text) {
      if (c == '"') quoted = !quoted;
      if (quoted) continue;
      for (std::size_t k = 0; k < kDelimiters.size(); ++k) count[k] += c == kDelimiters[k];
    }
    if (i == 0) first = count;
    for (std::size_t k = 0; k < kDelimiters.size(); ++k) alike[k] = alike[k] && count[k] == first[k];
  }
  // The one that cuts all rows alike, and of those the one that cuts most; else the one that cuts the first row most.
  std::size_t best = 0;
  const auto rank = [&](std::size_t k) { return std::pair(alike[k] && first[k] != 0, first[k]); };
  for (std::size_t k = 1; k < kDelimiters.size(); ++k)
    if (rank(k) > rank(best)) best = k;
  return kDelimiters[best];
}

}  // namespace triclave::rows
