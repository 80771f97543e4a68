// Keeps the first of a file's differences and counts them all.
#pragma once

#include <optional>
#include <string_view>

#include "rows/fields.h"
#include "triclave/csv.h"

namespace triclave::rows {

class Differences {
 public:
  explicit Differences(CsvEncoding encoding) : encoding_(encoding) {}

  // A field that would be written as `becomes`, which is as it stands in the file (in its encoding, with its quotes).
  void add_field(std::uint64_t line, std::string_view column, const Field& was, std::string_view becomes);
  // A line's end, or a blank line.
  void add_line(std::uint64_t line, std::string_view was, std::string_view becomes);

  const std::optional<CsvDifference>& first() const noexcept { return first_; }

 private:
  std::string shown(std::string_view text) const;

  CsvEncoding encoding_;
  std::optional<CsvDifference> first_;
};

}  // namespace triclave::rows
