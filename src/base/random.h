// The one source of randomness: the kernel's, asked anew each time, so that a fork never repeats a value.
#pragma once

#include "triclave/bytes.h"

namespace triclave {

// Fills `out` with uniform bytes. Ends the program where the kernel has none to give: nothing sealed without
// randomness would be safe.
void random_bytes(MutableBytes out);

template <std::size_t N>
std::array<std::uint8_t, N> random_array() {
  std::array<std::uint8_t, N> out;
  random_bytes(out);
  return out;
}

}  // namespace triclave
