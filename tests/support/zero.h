// Whether nothing but zeros stands somewhere.
#pragma once

#include <cstring>

#include "triclave/bytes.h"

namespace triclave {

// Each byte is the one before it, and the first is 0. Tests look at gigabytes with this, and are not optimised.
inline bool all_zero(ByteView bytes) {
  return bytes.empty() || (bytes[0] == 0 && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

}  // namespace triclave
