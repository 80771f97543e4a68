#include "rows/header.h"

#include <fmt/core.h>

#include <unordered_map>

#include "base/names.h"
#include "rows/dialect.h"
#include "table/field.h"

namespace triclave::rows {

Result<std::vector<GivenColumn>> given_columns(std::vector<std::string> names, const CsvOptions& options) {
  std::unordered_map<std::string_view, std::size_t> places;
  std::vector<GivenColumn> columns(names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    columns[i] = {std::move(names[i]), options.other_types};
    const std::string& name = columns[i].name;
    if (!name.empty() && !is_text(name, table::kMaxFieldName))
      return fail(ErrorKind::malformed,
                  fmt::format("the name of column {} in the CSV file's header has more than {} bytes, "
                              "or control characters in it: write another one there",
                              i + 1, table::kMaxFieldName));
    if (!places.emplace(name, i).second)
      return fail(ErrorKind::malformed,
                  fmt::format("two columns of the CSV file have the name '{}': write another one there", name));
  }
  std::vector<bool> is_given(columns.size());
  for (const CsvColumn& given : options.types) {
    const auto place = places.find(given.name);
    if (place == places.end())
      return fail(ErrorKind::invalid_argument,
                  fmt::format("a type is given for column '{}', which the CSV file does not have", given.name));
    if (!is_type(given.type))
      return fail(ErrorKind::invalid_argument,
                  fmt::format("column '{}' cannot be {}", given.name, to_text(given.type)));
    if (is_given[place->second])
      return fail(ErrorKind::invalid_argument, fmt::format("column '{}' is given two types", given.name));
    is_given[place->second] = true;
    columns[place->second].type = given.type;
  }
  return columns;
}

}  // namespace triclave::rows
