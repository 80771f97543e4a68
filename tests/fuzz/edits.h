// Inputs that are edits of something valid: flips, cuts, copies. What a key authenticates cannot be reached by random
// bytes, so the fuzzer searches among the ways to change it.
#pragma once

#include <algorithm>

#include "base/integers.h"
#include "triclave/bytes.h"

namespace triclave::fuzz {

// An edit takes 10 bytes of the script: u8 what, u24 where, u24 from, u16 length, u8 value; numbers wrap around, so
// that each script means something. `unit`: the size of chunks, whose order some edits change.
inline Bytes edited(ByteView original, ByteView script, std::size_t unit) {
  constexpr std::size_t kEdit = 10;
  Bytes out(original.begin(), original.end());
  const auto u24 = [](ByteView at) { return std::size_t{at[0]} << 16 | std::size_t{at[1]} << 8 | at[2]; };
  for (; script.size() >= kEdit && !out.empty(); script = script.subspan(kEdit)) {
    const std::size_t where = u24(script.subspan(1)) % out.size();
    const std::size_t from = u24(script.subspan(4)) % out.size();
    const std::size_t length =
        std::min<std::size_t>(from_big_endian<std::uint16_t>(script.subspan(7)), out.size() - from);
    const auto at = [&](std::size_t offset) { return out.begin() + static_cast<std::ptrdiff_t>(offset); };
    const std::uint8_t value = script[9];
    switch (script[0] % 8) {
      case 0:  // change bits
        out[where] ^= value;
        break;
      case 1:  // cut off the end
        out.resize(where);
        break;
      case 2:  // leave bytes out
        out.erase(at(from), at(from + length));
        break;
      case 3: {  // repeat bytes elsewhere
        const Bytes copy(at(from), at(from + length));
        out.insert(at(where), copy.begin(), copy.end());
        break;
      }
      case 4: {  // write bytes over others
        const Bytes copy(at(from), at(from + std::min(length, out.size() - where)));
        std::copy(copy.begin(), copy.end(), at(where));
        break;
      }
      case 5:  // put something behind the end
        out.insert(out.end(), length, value);
        break;
      case 6:  // count the last bytes as a chunk's: swap it with another one
        if (out.size() >= 2 * unit) {
          const std::size_t a = where % (out.size() - unit + 1), b = from % (out.size() - unit + 1);
          if (a + unit <= b || b + unit <= a) std::swap_ranges(at(a), at(a + unit), at(b));
        }
        break;
      default:  // take a whole chunk away
        if (out.size() > unit) {
          const std::size_t a = where % (out.size() - unit + 1);
          out.erase(at(a), at(a + unit));
        }
    }
  }
  return out;
}

}  // namespace triclave::fuzz
