#include "table/values.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "table/bits.h"

namespace triclave::table {
namespace {

template <class T>
T load(ByteView values, std::size_t index) noexcept {
  T value;
  std::memcpy(&value, values.data() + index * sizeof(T), sizeof(T));
  return value;
}

template <class T>  // read as unsigned
constexpr T kLargestSigned = std::numeric_limits<T>::max() / 2;

// Where no offset has the sign bit, a difference has it just where the second is below the first.
template <class T>
bool rising(ByteView offsets) noexcept {
  const std::size_t count = offsets.size() / sizeof(T);
  T seen = load<T>(offsets, 0);
  for (std::size_t i = 1; i < count; ++i) {
    const T next = load<T>(offsets, i);
    seen |= next | (next - load<T>(offsets, i - 1));
  }
  return seen <= kLargestSigned<T>;
}

template <class T>
void rebase(ByteView offsets, std::uint8_t* out) noexcept {
  const T first = load<T>(offsets, 0);
  for (std::size_t i = 0; i < offsets.size() / sizeof(T); ++i) {
    const T value = load<T>(offsets, i) - first;
    std::memcpy(out + i * sizeof(T), &value, sizeof(T));
  }
}

// Whether no index is above `last`. Where `last` lacks the sign bit, the difference to an index without it has it just
// where the index is above.
template <class T>
bool none_above(ByteView indices, T last) noexcept {
  const std::size_t count = indices.size() / sizeof(T);
  T seen = 0;
  if (last > kLargestSigned<T>) {
    for (std::size_t i = 0; i < count; ++i) seen = std::max(seen, load<T>(indices, i));
    return seen <= last;
  }
  for (std::size_t i = 0; i < count; ++i) {
    const T index = load<T>(indices, i);
    seen = static_cast<T>(seen | index | (last - index));
  }
  return seen <= kLargestSigned<T>;
}

template <class T>
bool below(ByteView indices, bool is_signed, std::uint64_t limit, ByteView validity) noexcept {
  // Read as unsigned, negative indices stand above all others.
  const std::uint64_t most = is_signed ? kLargestSigned<T> : std::numeric_limits<T>::max();
  const T last = static_cast<T>(std::min(limit - 1, most));
  if (limit != 0 && none_above(indices, last)) return true;
  const std::size_t count = indices.size() / sizeof(T);
  for (std::size_t i = 0; i < count; ++i)
    if ((limit == 0 || load<T>(indices, i) > last) && (validity.empty() || bit_at(validity, i))) return false;
  return true;
}

}  // namespace

std::uint64_t offset_at(ByteView offsets, std::uint32_t width, std::uint64_t index) noexcept {
  const auto at = static_cast<std::size_t>(index);
  return width == 4 ? load<std::uint32_t>(offsets, at) : load<std::uint64_t>(offsets, at);
}

bool are_rising(ByteView offsets, std::uint32_t width) noexcept {
  return width == 4 ? rising<std::uint32_t>(offsets) : rising<std::uint64_t>(offsets);
}

Bytes rebased(ByteView offsets, std::uint32_t width) {
  Bytes out(offsets.size());
  width == 4 ? rebase<std::uint32_t>(offsets, out.data()) : rebase<std::uint64_t>(offsets, out.data());
  return out;
}

bool are_below(ByteView indices, std::uint32_t width, bool is_signed, std::uint64_t limit, ByteView validity) noexcept {
  switch (width) {
    case 1:
      return below<std::uint8_t>(indices, is_signed, limit, validity);
    case 2:
      return below<std::uint16_t>(indices, is_signed, limit, validity);
    case 4:
      return below<std::uint32_t>(indices, is_signed, limit, validity);
    default:
      return below<std::uint64_t>(indices, is_signed, limit, validity);
  }
}

}  // namespace triclave::table
