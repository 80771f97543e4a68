// Zstandard (RFC 8878) before sealing: u64 size || one frame.
#pragma once

#include <span>

#include "table/buffer_pool.h"
#include "triclave/bytes.h"
#include "triclave/error.h"

namespace triclave::table {

// Errors: io (no memory).
Result<Bytes> compress(std::span<const ByteView> pieces, std::uint64_t size);

struct Plain {
  std::shared_ptr<std::uint8_t> memory;
  std::size_t size = 0;
  ByteView view() const { return {memory.get(), size}; }
};
// Errors: malformed (an impossible or false size, no frame, more than one).
Result<Plain> decompress(ByteView compressed, BufferPool& pool);

}  // namespace triclave::table
