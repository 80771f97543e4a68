// The columns that a header and the caller's options make.
#pragma once

#include <string>
#include <vector>

#include "triclave/csv.h"

namespace triclave::rows {

struct GivenColumn {
  std::string name;
  std::optional<CsvType> type;  // empty: to be inferred
};

// `names` in UTF-8. Errors: malformed (a name that a table cannot have, or one that stands twice), invalid_argument (a
// type for a column that is not there).
Result<std::vector<GivenColumn>> given_columns(std::vector<std::string> names, const CsvOptions& options);

}  // namespace triclave::rows
