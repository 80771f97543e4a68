// LP and M, the one encoding under every hash, signature and key derivation (SPEC.md, "Encodings").
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "triclave/bytes.h"

namespace triclave {

// One field of M: bytes or text as they are, integers big-endian at their own width.
class Field {
 public:
  Field(ByteView bytes) : view_(bytes) {}  // NOLINT: implicit on purpose, M(a, b, ..) reads like SPEC.md
  Field(std::string_view text) : view_(as_bytes(text)) {}            // NOLINT
  Field(const char* text) : Field(std::string_view(text)) {}         // NOLINT
  Field(const std::string& text) : Field(std::string_view(text)) {}  // NOLINT
  Field(const Bytes& bytes) : view_(bytes) {}                        // NOLINT
  template <std::size_t N>
  Field(const std::array<std::uint8_t, N>& bytes) : view_(bytes) {}  // NOLINT
  template <std::unsigned_integral T>
  Field(T value) : width_(sizeof(T)) {  // NOLINT
    for (std::size_t i = 0; i < sizeof(T); ++i)
      number_[i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> (8 * (sizeof(T) - 1 - i)));
  }
  ByteView bytes() const { return width_ != 0 ? ByteView(number_.data(), width_) : view_; }

 private:
  ByteView view_;
  std::array<std::uint8_t, 8> number_{};
  std::size_t width_ = 0;
};

// M(a, b, ..) = LP(a) || LP(b) || .., LP(x) = u32 big-endian length || x. For public fields only: the result is an
// ordinary byte string.
Bytes M(std::initializer_list<Field> fields);
Bytes M(std::span<const Bytes> fields);

// H(M(a, b, ..)) without ever holding the encoding, so that fields may be secret.
Id hash_of(std::initializer_list<Field> fields);

// The fields of an M(..) from elsewhere, as views into it. Empty where `bytes` is not whole fields from end to end, or
// holds more than `most` of them.
std::optional<std::vector<ByteView>> fields_of(ByteView bytes, std::size_t most);

}  // namespace triclave
