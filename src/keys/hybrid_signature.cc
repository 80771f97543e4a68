#include "keys/hybrid_signature.h"

#include <botan/ml_dsa.h>
#include <botan/pubkey.h>
#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <mutex>

#include "base/labels.h"
#include "base/message.h"
#include "keys/botan_rng.h"

namespace triclave::keys {
namespace {

constexpr std::size_t kEd25519KeySize = 32;
constexpr std::size_t kEd25519SignatureSize = 64;
constexpr std::size_t kSeedSize = 32;

const Botan::ML_DSA_Mode kMode = Botan::ML_DSA_Mode::ML_DSA_6x5;  // ML-DSA-65

Bytes signed_bytes(std::string_view role, const Id& signer, ByteView message) {
  return M({label::kSig, role, signer, message});
}

}  // namespace

// Botan's objects work on one message at a time.
struct VerifyingKey::MlDsa {
  explicit MlDsa(ByteView public_key) : key(public_key, kMode), verifier(key, "") {}

  bool verifies(ByteView message, ByteView signature) {
    const std::lock_guard lock(mutex);
    return verifier.verify_message(message, signature);
  }

  std::mutex mutex;
  Botan::ML_DSA_PublicKey key;
  Botan::PK_Verifier verifier;
};

struct SigningKey::MlDsa {
  explicit MlDsa(ByteView seed) : key(seed, kMode), signer(key, rng, "Randomized") {}

  Bytes sign(ByteView message) {
    const std::lock_guard lock(mutex);
    return signer.sign_message(message, rng);
  }

  std::mutex mutex;
  KernelRng rng;
  Botan::ML_DSA_PrivateKey key;
  Botan::PK_Signer signer;
};

//= SPEC KEY-01
Id signer_id(ByteView public_key) {
  return hash_of({label::kSigner, public_key.first(kEd25519KeySize), public_key.subspan(kEd25519KeySize)});
}

VerifyingKey::VerifyingKey(ByteView public_key)
    : ml_dsa_(std::make_unique<MlDsa>(public_key.subspan(kEd25519KeySize))), id_(signer_id(public_key)) {
  std::copy_n(public_key.begin(), ed25519_.size(), ed25519_.begin());
}

VerifyingKey::~VerifyingKey() = default;

Result<std::shared_ptr<const VerifyingKey>> VerifyingKey::from_bytes(ByteView public_key) {
  if (public_key.size() != kSignerPublicKeySize)
    return fail(
        ErrorKind::malformed,
        fmt::format("a signer's public key has {} bytes, this one has {}; ask the signer for the key file again",
                    kSignerPublicKeySize, public_key.size()));
  sodium_ready();
  if (crypto_core_ed25519_is_valid_point(public_key.data()) != 1)
    return fail(
        ErrorKind::malformed,
        "the Ed25519 half of a signer's public key is not a valid point; ask the signer for the key file again");
  return std::shared_ptr<const VerifyingKey>(new VerifyingKey(public_key));
}

//= SPEC SIG-01
Result<void> VerifyingKey::verify(std::string_view role, ByteView message, ByteView signature) const {
  if (signature.size() != kSignatureSize)
    return fail(ErrorKind::malformed,
                fmt::format("a signature has {} bytes, this one has {}", kSignatureSize, signature.size()));
  const Bytes signed_message = signed_bytes(role, id_, message);
  const bool ed25519 =
      crypto_sign_verify_detached(signature.data(), signed_message.data(), signed_message.size(), ed25519_.data()) == 0;
  const bool ml_dsa = ml_dsa_->verifies(signed_message, signature.subspan(kEd25519SignatureSize));
  if (ed25519 && ml_dsa) return {};
  return fail(ErrorKind::forged, fmt::format("a \"{}\" signature does not verify: {}", role,
                                             ed25519  ? "its ML-DSA-65 half fails"
                                             : ml_dsa ? "its Ed25519 half fails"
                                                      : "both halves fail"));
}

SigningKey::SigningKey(const Secret<kSigningSeedSize>& seed) {
  sodium_ready();
  public_key_.resize(kEd25519KeySize);
  crypto_sign_seed_keypair(public_key_.data(), ed25519_.data(), seed.data());
  ml_dsa_ = std::make_unique<MlDsa>(seed.view().last<kSeedSize>());
  const auto ml_dsa_public = ml_dsa_->key.public_key_bits();
  public_key_.insert(public_key_.end(), ml_dsa_public.begin(), ml_dsa_public.end());
  id_ = signer_id(public_key_);
}

SigningKey::~SigningKey() = default;

Bytes SigningKey::sign(std::string_view role, ByteView message) const {
  const Bytes signed_message = signed_bytes(role, id_, message);
  Bytes signature(kEd25519SignatureSize);
  crypto_sign_detached(signature.data(), nullptr, signed_message.data(), signed_message.size(), ed25519_.data());
  const Bytes ml_dsa = ml_dsa_->sign(signed_message);
  signature.insert(signature.end(), ml_dsa.begin(), ml_dsa.end());
  return signature;
}

}  // namespace triclave::keys
