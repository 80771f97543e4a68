// Cuts a source into rows: at each line's end outside quotes. What stands in a row is for fields.h to judge; only the
// number of quotes matters here, which is even before the end of a row and odd inside a quoted field.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "triclave/csv.h"
#include "triclave/io.h"

namespace triclave::rows {

struct Row {
  std::string_view text;   // without its end; good until the next row is asked for
  std::string_view end;    // "\n", "\r\n", "\r" or, at the end of the source, nothing
  std::uint64_t line = 0;  // where it begins; the first line is 1
  bool has_quotes = false;
  bool has_breaks = false;  // carriage returns or line feeds that end no line, in rows without quotes
  bool whole = true;        // false: the source or the limit for rows came before its end
};

class RowReader {
 public:
  // Begins behind `head`'s first `skip` bytes and goes on at head.size() in `source`; without a source the head is all.
  RowReader(std::string_view head, std::size_t skip, Source* source, CsvLineEnd line_end)
      : buffer_(head),
        begin_(skip),
        scanned_(skip),
        source_(source),
        source_offset_(head.size()),
        line_end_(line_end == CsvLineEnd::cr ? '\r' : '\n') {}

  // False behind the last row. Errors: io.
  Result<bool> next(Row& row);
  // The next row is once more the one that next() gave last.
  void back() noexcept;

 private:
  Result<bool> refill();  // false where nothing is left
  void scan(std::size_t end);
  void give(Row& row, std::size_t end, std::size_t next, bool whole);

  std::string buffer_;
  std::size_t begin_, scanned_;  // of the row; how far the end was looked for
  // The first from scanned_ on, where they are not behind it; and how many the row has as far as scanned.
  std::size_t next_quote_ = 0, next_break_ = 0;
  std::size_t quotes_ = 0, breaks_ = 0;
  Source* source_;
  std::uint64_t source_offset_;
  std::uint64_t line_ = 1, last_line_ = 1;
  std::size_t last_begin_ = 0;
  char line_end_;
};

}  // namespace triclave::rows
