#include <fmt/core.h>

#include "base/try.h"
#include "table/array_shape.h"
#include "table/bits.h"
#include "table/column.h"
#include "table/values.h"

namespace triclave::table {
namespace {

// Where the values lie that are wanted of an array whose shape was checked.
struct Range {
  std::uint64_t first;  // in the buffers: the array's own offset is in it
  std::uint64_t length;
  bool whole;  // the array has no others
};

class Import {
 public:
  // Appends the node of `array`'s values [offset, offset + length), and those below it.
  Result<void> node(const Path& at, const ArrowArray& array, std::uint64_t offset, std::uint64_t length,
                    std::size_t parent_struct = kNone) {
    const auto there = static_cast<std::uint64_t>(array.length);
    if (length > there || offset > there - length)
      return wrong_array(at, fmt::format("its array has {} values, and those from {} to {} are asked for", there,
                                         offset, offset + length));
    const Range range{static_cast<std::uint64_t>(array.offset) + offset, length, length == there};
    const std::size_t index = column.nodes.size();
    column.nodes.emplace_back().length = length;
    if (at.field.type.layout == Layout::null)
      column.nodes[index].nulls = length;
    else
      TRICLAVE_TRY(validity(at, array, range, column.nodes[index]));
    switch (at.field.type.layout) {
      case Layout::null:
        break;
      case Layout::bits:
        column.nodes[index].buffers[1] = bits(array.buffers[1], range);
        break;
      case Layout::fixed:
        column.nodes[index].buffers[1] =
            bytes(array.buffers[1], range.first * at.field.type.width, length * at.field.type.width);
        break;
      case Layout::bytes:
      case Layout::list:
        TRICLAVE_TRY(offsets(at, array, range, index));
        break;
      case Layout::structs:
        for (std::size_t i = 0; i < at.field.children.size(); ++i)
          TRICLAVE_TRY(node({at.field.children[i], &at, i}, *array.children[i], range.first, length, index));
    }
    if (!at.field.nullable && column.nodes[index].nulls != 0) TRICLAVE_TRY(unmark_hidden(at, index, parent_struct));
    return at.field.dictionary.empty() ? Result<void>() : dictionary(at, array, index);
  }

  Column column;

 private:
  static constexpr std::size_t kNone = ~std::size_t{0};

  static ByteView bytes(const void* buffer, std::uint64_t first, std::uint64_t size) {
    if (size == 0) return {};
    return {static_cast<const std::uint8_t*>(buffer) + first, static_cast<std::size_t>(size)};
  }

  ByteView own(Bytes copied) { return column.owned.emplace_back(std::move(copied)); }

  // Only bits that do not begin on a byte, or have others behind them, need be copied.
  ByteView bits(const void* buffer, const Range& range) {
    if (range.length == 0) return {};
    if (range.first % 8 == 0) {
      const ByteView view = bytes(buffer, range.first / 8, bitmap_size(range.length));
      if (is_clear_behind(view, range.length)) return view;
    }
    return own(copy_bits(static_cast<const std::uint8_t*>(buffer), range.first, range.length));
  }

  // An array's own count of nulls is not believed, and must be right where that can be seen.
  Result<void> validity(const Path& at, const ArrowArray& array, const Range& range, Node& node) {
    if (array.buffers[0] != nullptr) {
      const ByteView bitmap = bits(array.buffers[0], range);
      node.nulls = range.length - count_ones(bitmap);
      if (node.nulls != 0) node.buffers[0] = bitmap;
    }
    const auto said = static_cast<std::uint64_t>(array.null_count);
    if (array.null_count >= 0 && (range.whole ? node.nulls != said : node.nulls > said))
      return wrong_array(at, fmt::format("its array says that {} values are null, and {} are", said, node.nulls));
    return {};
  }

  Result<void> offsets(const Path& at, const ArrowArray& array, const Range& range, std::size_t index) {
    static constexpr std::uint8_t kZero[8] = {};
    const std::uint32_t width = at.field.type.width;
    const bool is_list = at.field.type.layout == Layout::list;
    std::uint64_t first = 0, last = 0;
    ByteView view(kZero, width);
    if (range.length != 0) {  // else the standard lets even the one offset be missing
      view = bytes(array.buffers[1], range.first * width, (range.length + 1) * width);
      if (!are_rising(view, width)) return wrong_array(at, "its offsets are negative or out of order");
      first = offset_at(view, width, 0);
      last = offset_at(view, width, range.length);
      if (last > kMaxBuffer)
        return wrong_array(at, fmt::format("its last offset, {}, is beyond what is possible", last));
      if (first != 0) view = own(rebased(view, width));
    }
    column.nodes[index].buffers[1] = view;
    if (is_list) return node({at.field.children[0], &at}, *array.children[0], first, last - first);
    if (last != first && array.buffers[2] == nullptr)
      return wrong_array(
          at, fmt::format("its array's buffer of data is missing, of which its offsets name {} bytes", last));
    column.nodes[index].buffers[2] = bytes(array.buffers[2], first, last - first);
    return {};
  }

  // A null of a struct hides what lies under it, so that a null there contradicts no field.
  Result<void> unmark_hidden(const Path& at, std::size_t index, std::size_t parent_struct) {
    const ByteView hiding = parent_struct == kNone ? ByteView() : column.nodes[parent_struct].buffers[0];
    Node& node = column.nodes[index];
    if (hiding.empty() || node.buffers[0].empty() || !is_subset(hiding, node.buffers[0]))
      return wrong_array(at, "it has nulls, and its field is not nullable");
    node.nulls = 0;
    node.buffers[0] = {};
    return {};
  }

  Result<void> dictionary(const Path& at, const ArrowArray& array, std::size_t index) {
    const std::size_t values = column.nodes.size();
    TRICLAVE_TRY(node({at.field.dictionary[0], &at}, *array.dictionary, 0,
                      static_cast<std::uint64_t>(array.dictionary->length)));
    return keeps_dictionary(at.field, column.nodes[index], column.nodes[values])
               ? Result<void>()
               : wrong_array(at, "an index lies outside its dictionary");
  }
};

}  // namespace

Result<Column> import_column(const Field& field, const ArrowArray& array, std::uint64_t offset, std::uint64_t length) {
  const Path at{field};
  TRICLAVE_TRY(check_shape(at, array));
  Import import;
  import.column.nodes.reserve(node_count(field));
  TRICLAVE_TRY(import.node(at, array, offset, length));
  return std::move(import.column);
}

}  // namespace triclave::table
