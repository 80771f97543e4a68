// Sig(role, x) of SPEC.md: Ed25519 AND ML-DSA-65 over one message; what is forged under one scheme is not yet forged.
#pragma once

#include <array>
#include <memory>
#include <string_view>

#include "base/guarded.h"
#include "triclave/keys.h"

namespace triclave::keys {

inline constexpr std::size_t kSigningSeedSize = 64;  // Ed25519's seed, then ML-DSA-65's

// H(M("triclave/v1/signer", Ed25519 pk, ML-DSA-65 pk)) of a public key of kSignerPublicKeySize bytes.
Id signer_id(ByteView public_key);

// A public key, expanded once: that is two thirds of a verification. May be used by several threads at once.
class VerifyingKey {
 public:
  // Errors: malformed (size, or an Ed25519 half that is no point of the main subgroup in canonical form).
  static Result<std::shared_ptr<const VerifyingKey>> from_bytes(ByteView public_key);
  ~VerifyingKey();

  // Both halves must verify. Errors: malformed (size), forged.
  Result<void> verify(std::string_view role, ByteView message, ByteView signature) const;

 private:
  struct MlDsa;
  explicit VerifyingKey(ByteView public_key);
  std::array<std::uint8_t, 32> ed25519_{};
  std::unique_ptr<MlDsa> ml_dsa_;
  Id id_{};
};

// A signing key, expanded once. ML-DSA's part lives in Botan's own memory, which is wiped when given back but not
// locked. May be used by several threads at once.
class SigningKey {
 public:
  explicit SigningKey(const Secret<kSigningSeedSize>& seed);
  ~SigningKey();

  const Bytes& public_key() const noexcept { return public_key_; }
  // Ed25519 is deterministic, ML-DSA-65 hedged (FIPS 204's default), so two signatures of one message differ.
  Bytes sign(std::string_view role, ByteView message) const;

 private:
  struct MlDsa;
  Secret<64> ed25519_;  // libsodium's form: seed, then public key
  std::unique_ptr<MlDsa> ml_dsa_;
  Bytes public_key_;
  Id id_{};
};

}  // namespace triclave::keys
