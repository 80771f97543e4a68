// SHA-256, the H of SPEC.md.
#pragma once

#include <memory>

#include "triclave/bytes.h"

namespace Botan { class HashFunction; }

namespace triclave {

Id sha256(ByteView bytes);

// For bytes that arrive in pieces. finish() leaves it ready for the next message.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void update(ByteView bytes);
  Id finish();

 private:
  std::unique_ptr<Botan::HashFunction> hash_;
};

}  // namespace triclave
