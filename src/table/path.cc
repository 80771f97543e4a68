#include "table/path.h"

#include <fmt/core.h>

#include "base/names.h"

namespace triclave::table {

std::string to_string(const Path& path) {
  const std::string& name = path.field.name;
  const bool is_dictionary = path.above != nullptr && !path.above->field.dictionary.empty();
  const std::string shown = is_text(name, kMaxFieldName) ? name
                            : is_dictionary              ? "(dictionary)"
                                                         : fmt::format("#{}", path.index);
  return path.above == nullptr ? fmt::format("column {}", shown) : fmt::format("{}.{}", to_string(*path.above), shown);
}

}  // namespace triclave::table
