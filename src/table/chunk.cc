#include "table/chunk.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/integers.h"
#include "base/try.h"

namespace triclave::table {
namespace {

constexpr std::array<std::uint8_t, kAlignment> kZeros{};

std::uint64_t padding(std::uint64_t size) { return (kAlignment - size % kAlignment) % kAlignment; }

// The fields of a column's nodes, in their order.
void list_fields(const Field& field, std::vector<const Field*>& out) {
  out.push_back(&field);
  for (const Field& child : field.children) list_fields(child, out);
  for (const Field& values : field.dictionary) list_fields(values, out);
}

bool is_zero(ByteView bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

tl::unexpected<Error> damaged(const Field& field, std::string_view why) {
  return fail(ErrorKind::malformed, fmt::format("a chunk of column {}: {}", field.name, why));
}

}  // namespace

ChunkPieces lay_out(const Field& field, const std::vector<Node>& nodes) {
  std::vector<const Field*> fields;
  list_fields(field, fields);
  ChunkPieces out;
  const auto put = [&](std::uint64_t number) {
    const auto bytes = big_endian(number);
    out.layout.insert(out.layout.end(), bytes.begin(), bytes.end());
  };
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    put(nodes[i].length);
    put(nodes[i].nulls);
    for (std::size_t b = 0; b < buffer_count(fields[i]->type.layout); ++b) put(nodes[i].buffers[b].size());
  }
  out.layout.resize(out.layout.size() + padding(out.layout.size()));
  out.pieces.push_back(out.layout);
  out.size = out.layout.size();
  for (std::size_t i = 0; i < nodes.size(); ++i)
    for (std::size_t b = 0; b < buffer_count(fields[i]->type.layout); ++b) {
      const ByteView buffer = nodes[i].buffers[b];
      if (buffer.empty()) continue;
      const auto behind = static_cast<std::size_t>(padding(buffer.size()));
      out.pieces.push_back(buffer);
      if (behind != 0) out.pieces.push_back(ByteView(kZeros).first(behind));
      out.size += buffer.size() + behind;
    }
  return out;
}

Result<std::vector<Node>> read_layout(const Field& field, ByteView plain) {
  std::vector<const Field*> fields;
  list_fields(field, fields);
  std::size_t numbers = 0;
  for (const Field* each : fields) numbers += 2 + buffer_count(each->type.layout);
  std::size_t at = numbers * 8;
  const std::size_t begin = at + static_cast<std::size_t>(padding(at));
  if (plain.size() < begin) return damaged(field, "it is cut short inside its sizes");
  //= SPEC TAB-12
  if (!is_zero(plain.subspan(at, begin - at))) return damaged(field, "the bytes behind its sizes are not 0");
  std::vector<Node> out(fields.size());
  ByteView sizes = plain.first(at);
  const auto next = [&] {
    const auto number = from_big_endian<std::uint64_t>(sizes);
    sizes = sizes.subspan(8);
    return number;
  };
  at = begin;
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i].length = next();
    out[i].nulls = next();
    for (std::size_t b = 0; b < buffer_count(fields[i]->type.layout); ++b) {
      const std::uint64_t size = next();
      if (size > plain.size() - at || padding(size) > plain.size() - at - size)
        return damaged(field, "a buffer reaches beyond it");
      const auto length = static_cast<std::size_t>(size);
      out[i].buffers[b] = plain.subspan(at, length);
      if (!is_zero(plain.subspan(at + length, static_cast<std::size_t>(padding(size)))))
        return damaged(field, "the bytes behind a buffer are not 0");
      at += length + static_cast<std::size_t>(padding(size));
    }
  }
  if (at != plain.size()) return damaged(field, "bytes are left over behind its buffers");
  return out;
}

}  // namespace triclave::table
