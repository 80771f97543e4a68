#include <utility>

#include "table/column.h"

namespace triclave::table {
namespace {

using Memory = std::shared_ptr<const std::vector<std::shared_ptr<const void>>>;

// What an exported array points to. A child that the consumer moved out lives on its own.
struct ExportedArray {
  Memory memory;
  std::array<const void*, 3> buffers{};
  std::vector<ArrowArray> children;
  std::vector<ArrowArray*> child_pointers;
  ArrowArray dictionary{};
};

// Some consumers want an address even where there is nothing to read.
alignas(64) constexpr std::uint8_t kNothing[64] = {};

void release(ArrowArray* array) noexcept {
  auto* exported = static_cast<ExportedArray*>(array->private_data);
  for (ArrowArray& child : exported->children)
    if (child.release != nullptr) child.release(&child);
  if (exported->dictionary.release != nullptr) exported->dictionary.release(&exported->dictionary);
  delete exported;
  array->release = nullptr;
}

// An array without children as yet, whose `exported` is its own.
ArrowArray array_of(ExportedArray* exported, std::uint64_t length, std::uint64_t nulls, std::size_t buffers,
                    std::size_t children) {
  exported->children.resize(children);
  for (ArrowArray& child : exported->children) exported->child_pointers.push_back(&child);
  return {static_cast<std::int64_t>(length),
          static_cast<std::int64_t>(nulls),
          0,
          static_cast<std::int64_t>(buffers),
          static_cast<std::int64_t>(children),
          exported->buffers.data(),
          exported->child_pointers.data(),
          nullptr,
          release,
          exported};
}

// Takes the next node, and those below it.
void export_node(const Field& field, const Node*& next, const Memory& memory, ArrowArray* out) {
  const Node& node = *next++;
  auto* exported = new ExportedArray{memory, {}, {}, {}, {}};
  const std::size_t buffers = buffer_count(field.type.layout);
  for (std::size_t i = 0; i < buffers; ++i)
    exported->buffers[i] = !node.buffers[i].empty() ? node.buffers[i].data() : i == 0 ? nullptr : kNothing;
  *out = array_of(exported, node.length, node.nulls, buffers, field.children.size());
  for (std::size_t i = 0; i < field.children.size(); ++i)
    export_node(field.children[i], next, memory, &exported->children[i]);
  if (!field.dictionary.empty()) {
    export_node(field.dictionary[0], next, memory, &exported->dictionary);
    out->dictionary = &exported->dictionary;
  }
}

}  // namespace

void export_batch(const std::vector<Field>& fields, const std::vector<std::vector<Node>>& columns,
                  std::vector<std::shared_ptr<const void>> memory, std::uint64_t rows, ArrowArray* out) {
  const Memory shared = std::make_shared<const std::vector<std::shared_ptr<const void>>>(std::move(memory));
  auto* exported = new ExportedArray{shared, {}, {}, {}, {}};
  *out = array_of(exported, rows, 0, buffer_count(Layout::structs), fields.size());
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const Node* next = columns[i].data();
    export_node(fields[i], next, shared, &exported->children[i]);
  }
}

}  // namespace triclave::table
