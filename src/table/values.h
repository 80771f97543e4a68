// Passes over offsets and indices, which may be aligned to nothing. All run over whole columns: loops without branches,
// which compilers turn into vector code.
#pragma once

#include <cstdint>

#include "triclave/bytes.h"

namespace triclave::table {

// One of `width` (4 or 8) byte offsets.
std::uint64_t offset_at(ByteView offsets, std::uint32_t width, std::uint64_t index) noexcept;

// Whether no offset is negative or below the one before it.
bool are_rising(ByteView offsets, std::uint32_t width) noexcept;

// Each offset less the first of them.
Bytes rebased(ByteView offsets, std::uint32_t width);

// Whether each index that `validity` does not call null (empty: none is) is in [0, limit). Indices have `width` bytes.
bool are_below(ByteView indices, std::uint32_t width, bool is_signed, std::uint64_t limit, ByteView validity) noexcept;

}  // namespace triclave::table
