#include "rows/number.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace triclave::rows {
namespace {

bool is_digit(char c) { return '0' <= c && c <= '9'; }

// The longest that to_chars writes here is a float below 1e21 or above 1e-15 in fixed notation.
using Buffer = std::array<char, 64>;

template <class T>
std::string_view digits_of(FloatStyle style, T value, Buffer& buffer) {
  const T size = std::abs(value);
  char* const begin = buffer.data();
  char* const end = begin + buffer.size();
  const auto text = [&](std::to_chars_result result) {
    return std::string_view(begin, static_cast<std::size_t>(result.ptr - begin));
  };
  if (!std::isfinite(value) || style == FloatStyle::shortest) return text(std::to_chars(begin, end, value));
  const bool plain = style == FloatStyle::plain ? static_cast<T>(1e-15L) <= size && size < static_cast<T>(1e21L)
                                                : static_cast<T>(1e-4L) <= size && size < static_cast<T>(1e16L);
  return text(
      std::to_chars(begin, end, value, plain || size == 0 ? std::chars_format::fixed : std::chars_format::scientific));
}

// Digits from the last to the first, none for 0, of which `scale` stand behind the mark; a negative scale counts zeros
// before it.
void print_digits(bool negative, std::string reversed, int scale, char mark, std::string& out) {
  if (scale < 0 && !reversed.empty()) reversed.insert(0, static_cast<std::size_t>(-scale), '0');
  const auto decimals = static_cast<std::size_t>(std::max(scale, 0));
  if (reversed.size() <= decimals) reversed.append(decimals + 1 - reversed.size(), '0');
  if (decimals != 0) reversed.insert(decimals, 1, mark);
  if (negative) out += '-';
  out.append(reversed.rbegin(), reversed.rend());
}

}  // namespace

MaybeShape shape_of(std::string_view text) noexcept {
  NumberShape shape;
  if (text.empty() || text.size() > kMaxNumber) return std::nullopt;
  const char* at = text.data();
  const char* const end = at + text.size();
  if (*at == '-') shape.negative = true, ++at;
  const auto digits = [&] {
    const char* const begin = at;
    for (; at != end && is_digit(*at); ++at) {
      shape.digits = shape.digits * 10 + static_cast<std::uint64_t>(*at - '0');
      shape.zero = shape.zero && *at == '0';
      shape.leading = static_cast<std::uint8_t>(shape.leading + shape.zero);
    }
    return static_cast<std::uint8_t>(at - begin);
  };
  const char* const begin = at;
  shape.whole = digits();
  if (shape.whole == 0 || (shape.whole > 1 && *begin == '0')) return std::nullopt;
  if (at != end && (*at == '.' || *at == ',')) {
    shape.mark = *at++;
    shape.decimals = digits();
    if (shape.decimals == 0) return std::nullopt;
    shape.ends_in_zero = end[-1] == '0';
  }
  if (at != end) return std::nullopt;
  return shape;
}

bool is_written_so(FloatStyle style, std::string_view text, const MaybeShape& shape, char mark) {
  // Up to 15 significant digits survive the way to a double and back, and no shorter text leads to the same double, so
  // that their notation alone decides.
  if (shape && shape->whole + shape->decimals <= 15 && !is_minus_zero(*shape)) {
    if (shape->mark != 0 && shape->mark != mark) return false;
    if (style == FloatStyle::point)
      return shape->mark != 0 && (shape->decimals == 1 || (!shape->ends_in_zero && shape->leading <= 4));
    if (shape->ends_in_zero) return false;
    if (style == FloatStyle::plain || shape->zero) return true;
    if (shape->mark != 0 && shape->leading <= 1) return true;  // an exponent takes four characters
    if (shape->mark == 0) {
      const std::size_t zeros = text.size() - 1 - text.find_last_not_of('0');
      return zeros <= (shape->whole - zeros > 1 ? 5u : 4u);
    }
  }
  const auto value = read_float(text, shape, mark);
  if (!value) return false;
  std::string again;
  print_float(style, *value, mark, again);
  return again == text;
}

template <class T>
void print_float(FloatStyle style, T value, char mark, std::string& out) {
  Buffer buffer;
  const std::string_view text = digits_of(style, value, buffer);
  const std::size_t begin = out.size();
  out += text;
  if (style == FloatStyle::point && std::isfinite(value) && text.find_first_of(".e") == text.npos) out += ".0";
  if (mark != '.') std::replace(out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(), '.', mark);
}
template void print_float(FloatStyle, float, char, std::string&);
template void print_float(FloatStyle, double, char, std::string&);

void print_decimal(Int128 value, int scale, char mark, std::string& out) {
  using Unsigned = unsigned __int128;
  Unsigned rest = value < 0 ? -static_cast<Unsigned>(value) : static_cast<Unsigned>(value);
  std::string reversed;
  for (; rest != 0; rest /= 10) reversed += static_cast<char>('0' + static_cast<int>(rest % 10));
  print_digits(value < 0, std::move(reversed), scale, mark, out);
}

void print_decimal(Int256 value, int scale, char mark, std::string& out) {
  const bool negative = value[7] >> 31 != 0;
  if (negative) {
    std::uint64_t carry = 1;
    for (std::uint32_t& part : value) {
      carry += static_cast<std::uint32_t>(~part);
      part = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
  }
  std::string reversed;
  while (std::any_of(value.begin(), value.end(), [](std::uint32_t part) { return part != 0; })) {
    std::uint64_t rest = 0;
    for (std::size_t i = value.size(); i-- > 0;) {
      rest = rest << 32 | value[i];
      value[i] = static_cast<std::uint32_t>(rest / 10);
      rest %= 10;
    }
    reversed += static_cast<char>('0' + rest);
  }
  print_digits(negative, std::move(reversed), scale, mark, out);
}

std::optional<std::int64_t> read_int64(std::string_view text, const MaybeShape& shape) noexcept {
  if (shape && shape->mark == 0 && shape->whole <= 18) {
    const auto size = static_cast<std::int64_t>(shape->digits);
    return shape->negative ? -size : size;
  }
  if (text.starts_with('+') && text.size() > 1 && is_digit(text[1])) text.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> read_float(std::string_view text, const MaybeShape& shape, char mark) noexcept {
  if (shape && shape->whole + shape->decimals <= 15 && (shape->mark == 0 || shape->mark == mark)) {
    // Both are exact, so that their quotient is rounded once, as it must be.
    constexpr std::array<double, 16> kPowers{1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                             1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    const double size = static_cast<double>(shape->digits) / kPowers[shape->decimals];
    return shape->negative ? -size : size;
  }
  if (text.size() > kMaxNumber) return std::nullopt;
  if (text.starts_with('+') && text.size() > 1 && text[1] != '-') text.remove_prefix(1);
  std::array<char, kMaxNumber> copy;
  if (mark != '.') {
    if (text.find('.') != text.npos) return std::nullopt;  // thousands' points, perhaps: no guesses
    std::replace_copy(text.begin(), text.end(), copy.begin(), mark, '.');
    text = {copy.data(), text.size()};
  }
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<Int128> read_decimal(std::string_view text, char mark, std::size_t precision,
                                   std::size_t scale) noexcept {
  bool negative = false;
  if (text.starts_with('-') || text.starts_with('+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  const std::size_t at = std::min(text.find(mark), text.size());
  const std::string_view whole = text.substr(0, at), decimals = text.substr(std::min(at + 1, text.size()));
  if (whole.empty() || (at < text.size() && decimals.empty())) return std::nullopt;
  Int128 value = 0;
  std::size_t digits = 0;  // without leading zeros
  const auto take = [&](char c) {
    if (!is_digit(c)) return false;
    if (value != 0 || c != '0') ++digits;
    if (digits > precision) return false;
    value = value * 10 + (c - '0');
    return true;
  };
  if (!std::all_of(whole.begin(), whole.end(), take)) return std::nullopt;
  for (std::size_t i = 0; i < std::max(scale, decimals.size()); ++i) {
    const char c = i < decimals.size() ? decimals[i] : '0';
    if (i < scale ? !take(c) : c != '0') return std::nullopt;
  }
  return negative ? -value : value;
}

}  // namespace triclave::rows
