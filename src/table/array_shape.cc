#include "table/array_shape.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/try.h"
#include "table/column.h"

namespace triclave::table {

tl::unexpected<Error> wrong_array(const Path& at, std::string_view what) {
  return fail(ErrorKind::invalid_argument, fmt::format("{}: {}", to_string(at), what));
}

namespace {

Result<void> check_numbers(const Path& at, const ArrowArray& array) {
  constexpr auto kMost = static_cast<std::int64_t>(kMaxBuffer);
  if (array.length < 0) return wrong_array(at, fmt::format("its array has a negative length, {}", array.length));
  if (array.offset < 0) return wrong_array(at, fmt::format("its array has a negative offset, {}", array.offset));
  if (array.length > kMost || array.offset > kMost - array.length)
    return wrong_array(at,
                       fmt::format("its array is impossibly long: {} values from {} on", array.length, array.offset));
  const Type type = at.field.type;
  const auto widest = static_cast<std::int64_t>(std::max(1u, type.width));
  if (array.offset + array.length > kMost / widest)
    return wrong_array(
        at, fmt::format("its array is impossibly long: {} values of {} bytes", array.offset + array.length, widest));
  if (array.null_count < -1 || array.null_count > array.length)
    return wrong_array(
        at, fmt::format("its array has {} values, and says that {} are null", array.length, array.null_count));
  return {};
}

Result<void> check_buffers(const Path& at, const ArrowArray& array) {
  const Layout layout = at.field.type.layout;
  const std::size_t count = buffer_count(layout);
  if (array.n_buffers < 0 || static_cast<std::uint64_t>(array.n_buffers) != count)
    return wrong_array(at, fmt::format("its array has {} buffers, one of format '{}' has {}", array.n_buffers,
                                       at.field.format, count));
  if (count == 0) return {};
  if (array.buffers == nullptr) return wrong_array(at, "its array has no list of buffers");
  if (array.null_count > 0 && array.buffers[0] == nullptr)
    return wrong_array(at, fmt::format("its array says that {} values are null, and its validity bitmap is missing",
                                       array.null_count));
  if (array.length > 0 && count > 1 && array.buffers[1] == nullptr)
    return wrong_array(at, fmt::format("its array's buffer of {} is missing",
                                       layout == Layout::fixed || layout == Layout::bits ? "values" : "offsets"));
  return {};
}

Result<void> check_children(const Path& at, const ArrowArray& array) {
  const std::size_t count = at.field.children.size();
  if (array.n_children < 0 || static_cast<std::uint64_t>(array.n_children) != count)
    return wrong_array(at, fmt::format("its array has {} children, its schema {}", array.n_children, count));
  if (count > 0 && array.children == nullptr) return wrong_array(at, "its array has no list of children");
  for (std::size_t i = 0; i < count; ++i) {
    const ArrowArray* child = array.children[i];
    const Path below{at.field.children[i], &at, i};
    if (child == nullptr) return wrong_array(below, "its array is missing");
    TRICLAVE_TRY(check_shape(below, *child));
    if (at.field.type.layout == Layout::structs && child->length < array.offset + array.length)
      return wrong_array(below, fmt::format("its array has {} values, and its struct needs {}", child->length,
                                            array.offset + array.length));
  }
  if (at.field.dictionary.empty() != (array.dictionary == nullptr))
    return wrong_array(at, array.dictionary == nullptr ? "its array's dictionary is missing"
                                                       : "its array has a dictionary, and its schema none");
  if (array.dictionary != nullptr) TRICLAVE_TRY(check_shape({at.field.dictionary[0], &at}, *array.dictionary));
  return {};
}

}  // namespace

Result<void> check_shape(const Path& at, const ArrowArray& array) {
  if (array.release == nullptr) return wrong_array(at, "its array was released already");
  TRICLAVE_TRY(check_numbers(at, array));
  TRICLAVE_TRY(check_buffers(at, array));
  return check_children(at, array);
}

}  // namespace triclave::table
