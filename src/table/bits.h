// Bitmaps as Arrow has them: the lowest bit of a byte comes first.
#pragma once

#include <cstdint>

#include "triclave/bytes.h"

namespace triclave::table {

constexpr std::uint64_t bitmap_size(std::uint64_t bits) noexcept { return bits / 8 + (bits % 8 != 0 ? 1 : 0); }

inline bool bit_at(ByteView bitmap, std::uint64_t index) noexcept {
  return (bitmap[static_cast<std::size_t>(index / 8)] >> (index % 8) & 1) != 0;
}

// Bits that are 1.
std::uint64_t count_ones(ByteView bitmap) noexcept;

// Whether a bitmap of bitmap_size(bits) bytes is 0 behind its last bit.
bool is_clear_behind(ByteView bitmap, std::uint64_t bits) noexcept;

// Whether `b` has every bit that `a` has; both are of one size.
bool is_subset(ByteView a, ByteView b) noexcept;

// Bits [first, first + bits) of what begins at `source`, moved to begin at bit 0, and 0 behind them. Reads no byte that
// holds none of them.
Bytes copy_bits(const std::uint8_t* source, std::uint64_t first, std::uint64_t bits);

}  // namespace triclave::table
