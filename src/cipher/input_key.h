// A key that many messages' keys are derived from, ready for it: HMAC-SHA-512 hashes its key twice before it sees a
// message, which is a quarter of the work for messages as short as ours. Done once here, for the life of a session.
#pragma once

#include <cstdint>

#include "base/guarded.h"

namespace triclave::cipher {

class InputKey {
 public:
  InputKey(const Secret<32>& key);  // NOLINT: implicit on purpose, any key can derive

  // The key itself, for who derives in another way.
  std::span<const std::uint8_t, 32> view() const noexcept { return bytes_.view().first<32>(); }
  InputKey copy() const;

  // SHA-512's eight words of state, in the machine's byte order, behind the block that holds the key XOR ipad and the
  // one that holds the key XOR opad.
  const std::uint8_t* inner() const noexcept { return bytes_.view().data() + 64; }
  const std::uint8_t* outer() const noexcept { return bytes_.view().data() + 128; }

 private:
  InputKey() = default;
  SecretBytes bytes_;
};

// One HMAC-SHA-512 among several. `out` has 64 bytes; they may be part of the message, which has then been read.
struct MacJob {
  const InputKey* key;
  ByteView message;
  std::uint8_t* out;
};

// One after the other, with libsodium: what every engine can do.
void hmac_one_by_one(std::span<const MacJob> jobs) noexcept;

}  // namespace triclave::cipher
