#include "table/chunk.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/integers.h"
#include "base/try.h"

namespace triclave::table {
namespace {

constexpr std::array<std::uint8_t, kAlignment> kZeros{};

std::uint64_t padding(std::uint64_t size) { return (kAlignment - size % kAlignment) % kAlignment; }

// Calls `visit(field)` for each field of a column, in the order of its nodes.
template <class Visit>
void each_field(const Field& field, Visit&& visit) {
  visit(field);
  for (const Field& child : field.children) each_field(child, visit);
  for (const Field& values : field.dictionary) each_field(values, visit);
}

// Buffers of all of a column's nodes.
std::size_t all_buffers(const Field& field) {
  std::size_t count = 0;
  each_field(field, [&](const Field& each) { count += buffer_count(each.type.layout); });
  return count;
}

// What a chunk begins with, without its padding: two numbers for each node, one for each buffer.
std::size_t sizes_size(std::size_t nodes, std::size_t buffers) { return (2 * nodes + buffers) * 8; }

bool is_zero(ByteView bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

tl::unexpected<Error> damaged(const Field& field, std::string_view why) {
  return fail(ErrorKind::malformed, fmt::format("a chunk of column {}: {}", field.name, why));
}

}  // namespace

ChunkPieces lay_out(const Field& field, const std::vector<Node>& nodes) {
  const std::size_t buffers = all_buffers(field);
  const std::size_t sizes = sizes_size(nodes.size(), buffers);
  ChunkPieces out;
  out.size = sizes + padding(sizes);
  out.layout.resize(static_cast<std::size_t>(out.size));
  out.pieces.reserve(1 + 2 * buffers);
  out.pieces.push_back(out.layout);
  auto at = out.layout.begin();
  const auto put = [&](std::uint64_t number) { at = std::ranges::copy(big_endian(number), at).out; };
  auto next = nodes.begin();
  each_field(field, [&](const Field& each) {
    const Node& node = *next++;
    put(node.length);
    put(node.nulls);
    for (std::size_t b = 0; b < buffer_count(each.type.layout); ++b) {
      const ByteView buffer = node.buffers[b];
      put(buffer.size());
      if (buffer.empty()) continue;
      const auto behind = static_cast<std::size_t>(padding(buffer.size()));
      out.pieces.push_back(buffer);
      if (behind != 0) out.pieces.push_back(ByteView(kZeros).first(behind));
      out.size += buffer.size() + behind;
    }
  });
  return out;
}

Result<std::vector<Node>> read_layout(const Field& field, ByteView plain) {
  const std::size_t nodes = node_count(field);
  const std::size_t numbers = sizes_size(nodes, all_buffers(field));
  std::size_t at = numbers + static_cast<std::size_t>(padding(numbers));
  if (plain.size() < at) return damaged(field, "it is cut short inside its sizes");
  //= SPEC TAB-12
  if (!is_zero(plain.subspan(numbers, at - numbers))) return damaged(field, "the bytes behind its sizes are not 0");
  ByteView sizes = plain.first(numbers);
  const auto next = [&] {
    const auto number = from_big_endian<std::uint64_t>(sizes);
    sizes = sizes.subspan(8);
    return number;
  };
  std::vector<Node> out;
  out.reserve(nodes);
  std::string_view wrong;
  each_field(field, [&](const Field& each) {
    if (!wrong.empty()) return;
    Node& node = out.emplace_back();
    node.length = next();
    node.nulls = next();
    for (std::size_t b = 0; b < buffer_count(each.type.layout); ++b) {
      const std::uint64_t size = next();
      if (size > plain.size() - at || padding(size) > plain.size() - at - size) {
        wrong = "a buffer reaches beyond it";
        return;
      }
      const auto length = static_cast<std::size_t>(size);
      const auto behind = static_cast<std::size_t>(padding(size));
      node.buffers[b] = plain.subspan(at, length);
      if (!is_zero(plain.subspan(at + length, behind))) {
        wrong = "the bytes behind a buffer are not 0";
        return;
      }
      at += length + behind;
    }
  });
  if (!wrong.empty()) return damaged(field, wrong);
  if (at != plain.size()) return damaged(field, "bytes are left over behind its buffers");
  return out;
}

}  // namespace triclave::table
