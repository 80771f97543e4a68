// Bytes of fixed size in messages.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "triclave/bytes.h"
#include "triclave/error.h"

namespace triclave::capsule {

template <std::size_t N>
Result<std::array<std::uint8_t, N>> fixed(const std::string& field, std::string_view what) {
  if (field.size() != N)
    return fail(ErrorKind::malformed, "the capsule is damaged: " + std::string(what) + " has " +
                                          std::to_string(field.size()) + " bytes instead of " + std::to_string(N));
  std::array<std::uint8_t, N> out;
  std::copy(field.begin(), field.end(), out.begin());
  return out;
}

template <class Range>
std::string to_field(const Range& bytes) {
  return {bytes.begin(), bytes.end()};
}

}  // namespace triclave::capsule
