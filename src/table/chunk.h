// A column chunk's plaintext: the sizes of its nodes' buffers, then the buffers (SPEC.md section 10).
#pragma once

#include <vector>

#include "table/column.h"
#include "triclave/bytes.h"

namespace triclave::table {

inline constexpr std::uint64_t kMaxChunk = std::uint64_t{1} << 30;
inline constexpr std::size_t kAlignment = 64;  // of every buffer within the plaintext

// The plaintext as pieces that lie one behind the other: the caller's buffers stay where they are.
struct ChunkPieces {
  Bytes layout;
  std::vector<ByteView> pieces;  // layout's bytes first
  std::uint64_t size = 0;
};
ChunkPieces lay_out(const Field& field, const std::vector<Node>& nodes);

// Nodes whose buffers stand in `plain`. Sizes must add up exactly and padding be 0; what the nodes say of one another
// is check_column's matter. Errors: malformed.
Result<std::vector<Node>> read_layout(const Field& field, ByteView plain);

}  // namespace triclave::table
