// Numbers as text: what shape a text has, and the one text that a number is written as.
#pragma once

#include <array>
#include <charconv>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rows/style.h"

namespace triclave::rows {

using Int128 = __int128;                      // unscaled value of a decimal; at most 38 digits
using Int256 = std::array<std::uint32_t, 8>;  // the same, of 76; two's complement, the lowest part first

inline constexpr std::size_t kMaxDecimalDigits = 38;
// Longer texts are no numbers to us: 38 digits, a sign and a mark fit, and so do floats in any style.
inline constexpr std::size_t kMaxNumber = 64;

// A text of the form -?(0|[1-9][0-9]*)([.,][0-9]+)?, which is how a decimal is written.
struct NumberShape {
  std::uint64_t digits = 0;   // all of them as one number, where they are at most 18
  std::uint8_t whole = 0;     // how many stand before the mark, at least 1
  std::uint8_t decimals = 0;  // and behind it
  std::uint8_t leading = 0;   // zeros before the first other digit, the one before the mark included
  char mark = 0;              // . or , or none
  bool negative = false;
  bool zero = true;           // no other digit than 0
  bool ends_in_zero = false;  // the last decimal is 0
};
using MaybeShape = std::optional<NumberShape>;
MaybeShape shape_of(std::string_view text) noexcept;
inline bool is_minus_zero(const NumberShape& shape) noexcept { return shape.negative && shape.zero; }

// Whether a float that is read from this text is written as the same text again.
bool is_written_so(FloatStyle style, std::string_view text, const MaybeShape& shape, char mark);

// Appends.
template <std::integral T>
void print_integer(T value, std::string& out) {
  std::array<char, 20> digits;
  out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr);
}
// T is float or double.
template <class T>
void print_float(FloatStyle style, T value, char mark, std::string& out);
void print_decimal(Int128 value, int scale, char mark, std::string& out);
void print_decimal(Int256 value, int scale, char mark, std::string& out);

// These read what the types allow, not only what is written. Empty where the text is no such number or out of range.
std::optional<std::int64_t> read_int64(std::string_view text, const MaybeShape& shape) noexcept;
std::optional<double> read_float(std::string_view text, const MaybeShape& shape, char mark) noexcept;
// Surplus decimals must be 0.
std::optional<Int128> read_decimal(std::string_view text, char mark, std::size_t precision, std::size_t scale) noexcept;

}  // namespace triclave::rows
