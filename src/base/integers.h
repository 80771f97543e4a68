// Big-endian integers of fixed width.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>

#include "triclave/bytes.h"

namespace triclave {

template <std::unsigned_integral T>
constexpr std::array<std::uint8_t, sizeof(T)> big_endian(T value) {
  std::array<std::uint8_t, sizeof(T)> out{};
  for (std::size_t i = 0; i < sizeof(T); ++i)
    out[i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> (8 * (sizeof(T) - 1 - i)));
  return out;
}

// Reads sizeof(T) bytes; `bytes` must hold at least as many.
template <std::unsigned_integral T>
constexpr T from_big_endian(ByteView bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) value = value << 8 | bytes[i];
  return static_cast<T>(value);
}

}  // namespace triclave
