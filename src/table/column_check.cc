#include <fmt/core.h>

#include <algorithm>

#include "base/try.h"
#include "table/bits.h"
#include "table/column.h"
#include "table/path.h"
#include "table/values.h"

namespace triclave::table {
namespace {

tl::unexpected<Error> wrong_column(const Path& at, std::string_view what) {
  return fail(ErrorKind::malformed, fmt::format("{}: {}", to_string(at), what));
}

class Check {
 public:
  explicit Check(const std::vector<Node>& nodes) : nodes_(nodes) {}

  // Looks at the next node, and at those below it. There are enough: check_column() counted.
  Result<void> node(const Path& at, std::uint64_t length) {
    const Type type = at.field.type;
    const Node& node = nodes_[next_++];
    //= SPEC TAB-10
    if (node.length != length) return wrong_column(at, fmt::format("{} values where {} belong", node.length, length));
    if (length > kMaxBuffer / std::max(1u, type.width))
      return wrong_column(at, fmt::format("{} values are impossible", length));
    for (std::size_t i = buffer_count(type.layout); i < node.buffers.size(); ++i)
      if (!node.buffers[i].empty()) return wrong_column(at, "a buffer too many");
    TRICLAVE_TRY(validity(at, node));
    switch (type.layout) {
      case Layout::null:
        break;
      case Layout::bits:
        if (node.buffers[1].size() != bitmap_size(length) || !is_clear_behind(node.buffers[1], length))
          return wrong_column(at, "its bits are not as many as its values, or others stand behind them");
        break;
      //= SPEC TAB-13
      case Layout::fixed:
        if (node.buffers[1].size() != length * type.width)
          return wrong_column(at, "its bytes are not as many as its values need");
        break;
      case Layout::bytes:
      case Layout::list:
        TRICLAVE_TRY(offsets(at, node));
        break;
      case Layout::structs:
        for (std::size_t i = 0; i < at.field.children.size(); ++i)
          TRICLAVE_TRY(this->node({at.field.children[i], &at, i}, length));
    }
    if (at.field.dictionary.empty()) return {};
    const Node& values = nodes_[next_];
    TRICLAVE_TRY(this->node({at.field.dictionary[0], &at}, values.length));
    return keeps_dictionary(at.field, node, values) ? Result<void>()
                                                    : wrong_column(at, "an index lies outside its dictionary");
  }

 private:
  //= SPEC TAB-11, TAB-12
  static Result<void> validity(const Path& at, const Node& node) {
    if (node.nulls != 0 && !at.field.nullable) return wrong_column(at, "it has nulls, and its field is not nullable");
    if (at.field.type.layout == Layout::null)
      return node.nulls == node.length ? Result<void>()
                                       : wrong_column(at, "a null column has values that are not null");
    const ByteView bitmap = node.buffers[0];
    if (bitmap.size() != (node.nulls == 0 ? 0 : bitmap_size(node.length)))
      return wrong_column(at, "its validity bitmap is not as long as it must be");
    if (node.nulls == 0) return {};
    if (!is_clear_behind(bitmap, node.length) || node.length - count_ones(bitmap) != node.nulls)
      return wrong_column(at, "its validity bitmap has not as many nulls as it must have");
    return {};
  }

  //= SPEC TAB-13
  Result<void> offsets(const Path& at, const Node& node) {
    const std::uint32_t width = at.field.type.width;
    const ByteView view = node.buffers[1];
    if (view.size() != (node.length + 1) * width)
      return wrong_column(at, "its offsets are not as many as its values need");
    if (offset_at(view, width, 0) != 0 || !are_rising(view, width))
      return wrong_column(at, "its offsets are out of order");
    const std::uint64_t last = offset_at(view, width, node.length);
    if (at.field.type.layout == Layout::list) return this->node({at.field.children[0], &at}, last);
    return node.buffers[2].size() == last ? Result<void>()
                                          : wrong_column(at, "its data is not as long as its last offset says");
  }

  const std::vector<Node>& nodes_;
  std::size_t next_ = 0;
};

}  // namespace

std::size_t node_count(const Field& field) noexcept {
  std::size_t count = 1;
  for (const Field& child : field.children) count += node_count(child);
  for (const Field& values : field.dictionary) count += node_count(values);
  return count;
}

//= SPEC TAB-14
bool keeps_dictionary(const Field& field, const Node& node, const Node& values) noexcept {
  const bool is_signed = field.format[0] >= 'a';  // c s i l, and C S I L without a sign
  return are_below(node.buffers[1], field.type.width, is_signed, values.length, node.buffers[0]);
}

Result<void> check_column(const Field& field, const std::vector<Node>& nodes, std::uint64_t rows) {
  const Path at{field};
  if (const std::size_t count = node_count(field); nodes.size() != count)
    return wrong_column(at, fmt::format("{} arrays where its type has {}", nodes.size(), count));
  return Check(nodes).node(at, rows);
}

}  // namespace triclave::table
