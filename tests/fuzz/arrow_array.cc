// Arrays that other code hands over: numbers, offsets and indices that lie, parts that are missing, in memory that is
// as large as they say (the C Data Interface tells no sizes, so nobody could refuse more). What is taken is canonical
// and comes back the same when it is handed out; so is whatever check_column() lets pass of what a chunk may say.
#include <deque>
#include <limits>
#include <memory>

#include "harness.h"
#include "script.h"
#include "table/column.h"
#include "table/owned.h"

using namespace triclave;
using table::Field;
using table::Layout;
using table::Node;

namespace {

constexpr std::size_t kData = 1 << 16;  // of each buffer of data
constexpr const char* kFormats[] = {"n", "b", "c", "S", "i", "L", "u", "U", "w:3", "+l", "+L", "+s", "+s", "d:5,2"};
constexpr const char* kIndices[] = {"c", "C", "s", "S", "i", "I", "l", "L"};
constexpr std::int64_t kNumbers[] = {-1, -2, std::numeric_limits<std::int64_t>::min(),
                                     std::numeric_limits<std::int64_t>::max(), (std::int64_t{1} << 40) + 1};

Field make_field(fuzz::Script& script, std::size_t depth) {
  Field field;
  field.name = "f";
  field.nullable = !script.rarely(32);
  field.format = script.one_of(kFormats);
  const bool deeper = depth < 5;
  if (field.format[0] == '+' && !deeper) field.format = "c";
  const std::size_t children = field.format == "+s" ? script.pick(4) : field.format[0] == '+' ? 1 : 0;
  for (std::size_t i = 0; i < children; ++i) field.children.push_back(make_field(script, depth + 1));
  if (children == 0 && deeper && script.rarely(32)) {
    field.format = script.one_of(kIndices);
    field.dictionary.push_back(make_field(script, 5));
  }
  return field;
}

class Builder {
 public:
  explicit Builder(fuzz::Script& script) : script_(script) {}

  // An array that has, unless it lies, `length` values behind its offset.
  ArrowArray* array(const Field& field, std::int64_t length) {
    ArrowArray* out = &arrays_.emplace_back();
    if (!script_.rarely(2)) out->release = [](ArrowArray*) {};
    out->length = script_.rarely(4) ? script_.one_of(kNumbers) : length;
    out->offset = script_.rarely(4) ? script_.one_of(kNumbers) : script_.rarely(64) ? script_.take() % 20 : 0;
    out->null_count = script_.rarely(4) ? script_.one_of(kNumbers) : script_.rarely() ? script_.take() : -1;
    const auto values = static_cast<std::size_t>(length + (out->offset > 0 && out->offset < 256 ? out->offset : 0));
    buffers(field, out, values);
    const std::int64_t below = field.type.layout == Layout::list ? last_ : static_cast<std::int64_t>(values);
    const std::size_t children = field.children.size();
    const auto pointers = lists_.emplace_back(new ArrowArray*[children + 1]).get();
    for (std::size_t i = 0; i < children; ++i)
      pointers[i] = script_.rarely(2) ? nullptr : array(field.children[i], script_.rarely(4) ? below / 2 : below);
    out->n_children = script_.rarely(2) ? script_.one_of(kNumbers) : static_cast<std::int64_t>(children);
    out->children = script_.rarely(2) ? nullptr : pointers;
    if (!field.dictionary.empty() && !script_.rarely(2)) out->dictionary = array(field.dictionary[0], script_.take());
    if (field.dictionary.empty() && script_.rarely(1)) out->dictionary = out;
    return out;
  }

 private:
  std::uint8_t* memory(std::size_t size) {
    return memory_.emplace_back(std::make_unique<std::uint8_t[]>(std::max<std::size_t>(size, 1))).get();
  }

  void fill(std::uint8_t* bytes, std::size_t size) {
    const std::uint8_t all = script_.take(), some = script_.take();
    for (std::size_t i = 0; i < size; ++i) bytes[i] = i % 7 == 3 ? some : all;
    for (std::size_t i = 0; i < size && i < 4; ++i) bytes[script_.pick(size)] = script_.take();
  }

  template <class T>
  void offsets(std::uint8_t* bytes, std::size_t count) {
    T end = script_.rarely(32) ? static_cast<T>(script_.take()) : T{0};
    const std::uint8_t step = script_.take();
    for (std::size_t i = 0; i < count; ++i) {
      T value = end;
      if (i < 16 && script_.rarely(1)) value = impossible_or_within_data(static_cast<T>(script_.take<std::int64_t>()));
      std::memcpy(bytes + i * sizeof(T), &value, sizeof(T));
      end = static_cast<T>(end + (i < 16 ? script_.take() % 8 : step % 3));
      last_ = static_cast<std::int64_t>(value);
    }
    last_ = 0 <= last_ && last_ <= 4096 ? last_ : 4096;
  }

  template <class T>
  static T impossible_or_within_data(T value) {
    return 0 <= value && value <= static_cast<std::int64_t>(table::kMaxBuffer) ? value % T{kData} : value;
  }

  void buffers(const Field& field, ArrowArray* out, std::size_t values) {
    const std::size_t count = table::buffer_count(field.type.layout);
    const auto list = buffer_lists_.emplace_back(new const void*[4]()).get();
    out->buffers = script_.rarely(2) ? nullptr : list;
    out->n_buffers =
        script_.rarely(2) ? static_cast<std::int64_t>(script_.take<std::int8_t>()) : static_cast<std::int64_t>(count);
    if (count > 0 && script_.rarely(100)) {
      std::uint8_t* bits = memory((values + 7) / 8);
      fill(bits, (values + 7) / 8);
      list[0] = bits;
    }
    if (count < 2 || script_.rarely(2)) return;
    const bool has_offsets = field.type.layout == Layout::bytes || field.type.layout == Layout::list;
    const std::size_t size =
        field.type.layout == Layout::bits ? (values + 7) / 8 : (values + (has_offsets ? 1 : 0)) * field.type.width;
    std::uint8_t* bytes = memory(size);
    if (!has_offsets)
      fill(bytes, size);
    else if (field.type.width == 4)
      offsets<std::int32_t>(bytes, values + 1);
    else
      offsets<std::int64_t>(bytes, values + 1);
    list[1] = bytes;
    if (count == 3 && !script_.rarely(2)) list[2] = memory(kData);
  }

  fuzz::Script& script_;
  std::int64_t last_ = 0;
  std::deque<ArrowArray> arrays_;
  std::deque<std::unique_ptr<ArrowArray*[]>> lists_;
  std::deque<std::unique_ptr<const void*[]>> buffer_lists_;
  std::deque<std::unique_ptr<std::uint8_t[]>> memory_;
};

bool same(const Node& a, const Node& b) {
  if (a.length != b.length || a.nulls != b.nulls) return false;
  for (std::size_t i = 0; i < a.buffers.size(); ++i) {
    if (a.buffers[i].size() != b.buffers[i].size()) return false;
    if (!fuzz::same(a.buffers[i], b.buffers[i])) return false;
  }
  return true;
}

// Handed out and taken in again, nothing is changed or copied.
void require_same_again(const Field& field, const std::vector<Node>& nodes) {
  table::OwnedArray batch;
  table::export_batch({field}, {nodes}, {}, nodes[0].length, batch.get());
  const auto again = table::import_column(field, *batch->children[0], 0, nodes[0].length);
  REQUIRE(again && again->owned.empty());
  REQUIRE(std::equal(nodes.begin(), nodes.end(), again->nodes.begin(), again->nodes.end(), same));
}

// The same nodes in memory of their own, with some changes.
void check_changed(const Field& field, std::vector<Node> nodes, fuzz::Script& script) {
  std::deque<Bytes> memory;
  for (Node& node : nodes)
    for (ByteView& buffer : node.buffers) {
      buffer = memory.emplace_back(buffer.begin(), buffer.end());
    }
  for (std::size_t edits = script.pick(4); edits > 0; --edits) {
    Node& node = nodes[script.pick(nodes.size())];
    const std::size_t which = script.pick(3);
    ByteView& view = node.buffers[which];
    Bytes& bytes = memory.emplace_back(view.begin(), view.end());
    switch (script.pick(5)) {
      case 0:
        node.length = script.rarely() ? script.take<std::uint64_t>() : node.length + script.take() - 128;
        break;
      case 1:
        node.nulls = script.rarely() ? script.take<std::uint64_t>() : node.nulls + script.take() - 128;
        break;
      case 2:
        bytes.resize(bytes.size() + script.pick(10));
        break;
      case 3:
        bytes.resize(bytes.size() - std::min<std::size_t>(bytes.size(), script.pick(10)));
        break;
      default:
        if (!bytes.empty()) bytes[script.take<std::uint16_t>() % bytes.size()] = script.take();
    }
    view = bytes;
  }
  const auto checked = table::check_column(field, nodes, nodes[0].length);
  if (!checked) return REQUIRE(fuzz::is_one_of(checked.error(), {ErrorKind::malformed}));
  require_same_again(field, nodes);
}

}  // namespace

FUZZ_TARGET(input) {
  fuzz::Script script(input);
  Field field = make_field(script, 0);
  REQUIRE(table::check_field(field));
  const std::uint8_t length = script.take();
  Builder builder(script);
  const ArrowArray* array = builder.array(field, length);
  const std::uint64_t first = script.rarely() ? script.take<std::uint64_t>() : script.rarely(100) ? script.pick(20) : 0;
  const std::uint64_t rows =
      script.rarely() ? script.take<std::uint64_t>() : length - std::min<std::uint64_t>(length, first);

  const auto column = table::import_column(field, *array, first, rows);
  if (!column) return REQUIRE(fuzz::is_one_of(column.error(), {ErrorKind::invalid_argument}));
  REQUIRE(table::check_column(field, column->nodes, rows));
  require_same_again(field, column->nodes);
  check_changed(field, column->nodes, script);
}
