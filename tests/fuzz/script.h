// The fuzzer's input read as instructions, for targets whose parser takes structures instead of bytes. An input that
// ends early goes on as zeros, so that each one means something.
#pragma once

#include <cstring>

#include "triclave/bytes.h"

namespace triclave::fuzz {

class Script {
 public:
  explicit Script(ByteView bytes) : left_(bytes) {}

  template <class T = std::uint8_t>
  T take() {
    T value{};
    const std::size_t size = std::min(sizeof(T), left_.size());
    if (size != 0) std::memcpy(&value, left_.data(), size);
    left_ = left_.subspan(size);
    return value;
  }

  // 0 .. count - 1.
  std::size_t pick(std::size_t count) { return take() % count; }

  // True for `of` in 256 bytes, so that most of a structure stays honest.
  bool rarely(unsigned of = 8) { return take() >= 256 - of; }

  template <class T, std::size_t N>
  const T& one_of(const T (&all)[N]) {
    return all[pick(N)];
  }

 private:
  ByteView left_;
};

}  // namespace triclave::fuzz
