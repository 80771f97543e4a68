#include "table/bits.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace triclave::table {
namespace {

static_assert(std::endian::native == std::endian::little, "sealed tables hold little-endian values as they stand");

std::uint64_t load(const std::uint8_t* bytes) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

// Each byte's number of ones, in that byte.
std::uint64_t ones_of_bytes(std::uint64_t word) noexcept {
  word -= word >> 1 & 0x5555555555555555;
  word = (word & 0x3333333333333333) + (word >> 2 & 0x3333333333333333);
  return (word + (word >> 4)) & 0x0F0F0F0F0F0F0F0F;
}

}  // namespace

// Without a popcount instruction, which not every x86-64 has: additions over many words at once, which compilers turn
// into vector code.
std::uint64_t count_ones(ByteView bitmap) noexcept {
  constexpr std::size_t kWords = 31;  // whose sums, of 8 at most for each byte, fit into a byte
  std::uint64_t total = 0;
  std::size_t at = 0;
  while (bitmap.size() - at >= 8) {
    const std::size_t words = std::min(kWords, (bitmap.size() - at) / 8);
    std::uint64_t sums = 0;
    for (std::size_t i = 0; i < words; ++i) sums += ones_of_bytes(load(bitmap.data() + at + 8 * i));
    const std::uint64_t pairs = (sums & 0x00FF00FF00FF00FF) + (sums >> 8 & 0x00FF00FF00FF00FF);
    total += pairs * 0x0001000100010001 >> 48;
    at += words * 8;
  }
  for (; at < bitmap.size(); ++at) total += static_cast<std::uint64_t>(std::popcount(bitmap[at]));
  return total;
}

bool is_clear_behind(ByteView bitmap, std::uint64_t bits) noexcept {
  return bits % 8 == 0 || bitmap.back() >> (bits % 8) == 0;
}

bool is_subset(ByteView a, ByteView b) noexcept {
  std::uint8_t beyond = 0;
  for (std::size_t i = 0; i < a.size(); ++i) beyond = static_cast<std::uint8_t>(beyond | (a[i] & ~b[i]));
  return beyond == 0;
}

Bytes copy_bits(const std::uint8_t* source, std::uint64_t first, std::uint64_t bits) {
  Bytes out(static_cast<std::size_t>(bitmap_size(bits)));
  if (bits == 0) return out;
  source += first / 8;
  const unsigned shift = static_cast<unsigned>(first % 8);
  const auto readable = static_cast<std::size_t>(bitmap_size(shift + bits));
  std::size_t at = 0;
  if (shift == 0) {
    std::memcpy(out.data(), source, out.size());
    at = out.size();
  }
  for (; at + 8 < readable; at += 8) {
    const std::uint64_t word = load(source + at) >> shift | std::uint64_t{source[at + 8]} << (64 - shift);
    std::memcpy(out.data() + at, &word, sizeof word);
  }
  for (; at < out.size(); ++at) {
    const unsigned next = at + 1 < readable ? source[at + 1] : 0u;
    out[at] = static_cast<std::uint8_t>((source[at] | next << 8) >> shift);
  }
  if (bits % 8 != 0) out.back() = static_cast<std::uint8_t>(out.back() & ((1u << (bits % 8)) - 1));
  return out;
}

}  // namespace triclave::table
