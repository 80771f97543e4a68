// The first look at a file: what its dialect is, which columns it has and how each of them is written.
#pragma once

#include <string>
#include <vector>

#include "rows/row_reader.h"
#include "rows/style.h"
#include "triclave/csv.h"
#include "triclave/io.h"

namespace triclave::rows {

struct Plan {
  std::string head;      // the source's first bytes, at most kHead: a pipe gives them only once
  std::size_t skip = 0;  // of them the byte order mark
  bool whole = false;    // nothing stands behind them
  CsvDialect dialect;
  std::vector<CsvColumn> columns;
  std::vector<ColumnStyle> styles;  // one a column
};

inline constexpr std::size_t kHead = std::size_t{1} << 20;

// Reads all of a source that has a size, and only the head of a pipe. Errors as CsvReader::make().
Result<Plan> survey(Source& source, const CsvOptions& options);

// Lines that are no rows: empty ones where there is more than one column (else they hold a missing value).
bool is_blank(const Row& row, std::size_t columns) noexcept;
// Errors: malformed.
Result<void> check_count(const Row& row, std::size_t fields, std::size_t columns);
tl::unexpected<Error> not_utf8(std::uint64_t line);

// What the first bytes tell: `delimiter` is the one of , ; tab | that cuts the first rows alike.
CsvLineEnd detect_line_end(std::string_view head) noexcept;
char detect_delimiter(std::string_view head, bool whole, CsvLineEnd line_end);

}  // namespace triclave::rows
