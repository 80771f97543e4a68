// X-Wing (draft-connolly-cfrg-xwing-kem): ML-KEM-768 and X25519 as one KEM, safe while either of them is.
#pragma once

#include <memory>

#include "base/guarded.h"
#include "triclave/bytes.h"
#include "triclave/error.h"

namespace triclave::keys::xwing {

inline constexpr std::size_t kSeedSize = 32;
inline constexpr std::size_t kCiphertextSize = 1120;  // ML-KEM-768 (1088), then X25519 (32)
inline constexpr std::size_t kSharedSecretSize = 32;
inline constexpr std::size_t kEncapsulationSeedSize = 64;  // ML-KEM's m, then X25519's ephemeral key

// A private key, expanded once so that each decapsulation costs no more than it must. The ML-KEM part lives in Botan's
// own memory, which is wiped when given back but not locked. May be used by several threads at once.
class PrivateKey {
 public:
  explicit PrivateKey(const Secret<kSeedSize>& seed);
  PrivateKey(PrivateKey&&) noexcept;
  PrivateKey& operator=(PrivateKey&&) noexcept;
  ~PrivateKey();

  const Bytes& public_key() const noexcept;
  // A ciphertext that was not made for this key gives a secret that nobody knows (implicit rejection), not an error.
  // Errors: malformed (size).
  Result<Secret<kSharedSecretSize>> decapsulate(ByteView ciphertext) const;

 private:
  struct Expanded;
  std::unique_ptr<Expanded> expanded_;
};

struct Encapsulation {
  Bytes ciphertext;
  Secret<kSharedSecretSize> shared_secret;
};

// Size and ML-KEM's modulus check (FIPS 203, 7.2). Errors: malformed.
Result<void> check_public_key(ByteView public_key);

// With fresh randomness. Errors: malformed (as check_public_key).
Result<Encapsulation> encapsulate(ByteView public_key);
// EncapsulateDerand of the draft: for encapsulate() and for known answers.
Result<Encapsulation> encapsulate_with(ByteView public_key, const Secret<kEncapsulationSeedSize>& seed);

}  // namespace triclave::keys::xwing
