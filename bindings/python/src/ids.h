// SHA-256 values that name keys, signers and capsules: 64 hexadecimal digits in Python.
#pragma once

#include <algorithm>
#include <span>
#include <string>

#include "bind.h"
#include "triclave/bytes.h"

namespace triclave::python {

inline std::string hex(ByteView bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const std::uint8_t each : bytes) {
    out += kDigits[each >> 4];
    out += kDigits[each & 15];
  }
  return out;
}

// Raises ValueError where the text is none.
inline Id id_of(std::string_view text) {
  const auto digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; };
  Id out{};
  if (text.size() != 2 * out.size() || std::any_of(text.begin(), text.end(), [&](char c) { return digit(c) < 0; }))
    throw nb::value_error("an id is 64 hexadecimal digits, in lower case");
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = static_cast<std::uint8_t>(digit(text[2 * i]) * 16 + digit(text[2 * i + 1]));
  return out;
}

}  // namespace triclave::python
