#include "table/field.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/names.h"
#include "base/try.h"
#include "table/path.h"

namespace triclave::table {
namespace {

tl::unexpected<Error> wrong(const Path& at, std::string_view what) {
  return fail(ErrorKind::malformed, fmt::format("{}: {}", to_string(at), what));
}

Result<void> check_metadata(const Path& at, const std::vector<KeyValue>& pairs) {
  if (pairs.size() > kMaxPairs)
    return wrong(at, fmt::format("{} pairs of metadata, {} are the most", pairs.size(), kMaxPairs));
  for (const KeyValue& pair : pairs)
    if (pair.key.size() > kMaxPairPart || pair.value.size() > kMaxPairPart)
      return wrong(at, fmt::format("a key or value of metadata is longer than {} bytes", kMaxPairPart));
  return {};
}

Result<void> check_dictionary(const Path& at, const Field& field) {
  if (field.dictionary.size() > 1) return wrong(at, "it has more than one dictionary");
  if (std::string_view("cCsSiIlL").find(field.format) == std::string_view::npos || field.format.size() != 1)
    return wrong(at, fmt::format("the indices of a dictionary are integers, not of format '{}'", field.format));
  if (!field.dictionary[0].dictionary.empty())
    return fail(ErrorKind::malformed,
                fmt::format("{}: a dictionary whose values are in a dictionary cannot be sealed: decode it once",
                            to_string(at)));
  return {};
}

class Check {
 public:
  Result<void> field(const Path& at, Field& field, std::size_t depth) {
    if (depth > kMaxFieldDepth)
      return wrong(at, fmt::format("fields are nested deeper than {} levels", kMaxFieldDepth));
    if (++count_ > kMaxFields) return wrong(at, fmt::format("its column has more than {} fields", kMaxFields));
    if (!field.name.empty() && !is_text(field.name, kMaxFieldName))
      return wrong(at,
                   fmt::format("its name is not UTF-8 of at most {} bytes without control characters", kMaxFieldName));
    TRICLAVE_TRY(check_metadata(at, field.metadata));
    auto type = parse_format(field.format);
    if (!type) return fail(type.error().kind, fmt::format("{}: {}", to_string(at), type.error().message));
    field.type = *type;
    if (type->layout != Layout::structs && field.children.size() != (type->layout == Layout::list ? 1u : 0u))
      return wrong(at,
                   fmt::format("a field of format '{}' cannot have {} children", field.format, field.children.size()));
    if (field.dictionary_ordered && field.dictionary.empty()) return wrong(at, "it is ordered and has no dictionary");
    if (!field.dictionary.empty()) TRICLAVE_TRY(check_dictionary(at, field));
    std::size_t index = 0;
    for (Field& child : field.children) TRICLAVE_TRY(this->field({child, &at, index++}, child, depth + 1));
    for (Field& values : field.dictionary) TRICLAVE_TRY(this->field({values, &at}, values, depth + 1));
    return {};
  }

 private:
  std::size_t count_ = 0;
};

}  // namespace

//= SPEC TAB-09
Result<void> check_field(Field& column) { return Check().field({column}, column, 1); }

}  // namespace triclave::table
