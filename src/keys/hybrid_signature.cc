#include "keys/hybrid_signature.h"

#include <botan/ml_dsa.h>
#include <botan/pubkey.h>
#include <sodium.h>

#include <string>

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

bool ml_dsa_verifies(ByteView public_key, ByteView message, ByteView signature) {
  try {
    const Botan::ML_DSA_PublicKey key(public_key, kMode);
    return Botan::PK_Verifier(key, "").verify_message(message, signature);
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace

struct SigningKey::MlDsa {
  Botan::ML_DSA_PrivateKey key;
};

//= SPEC KEY-01
Id signer_id(ByteView public_key) {
  return hash_of({label::kSigner, public_key.first(kEd25519KeySize), public_key.subspan(kEd25519KeySize)});
}

Result<void> check_signer_public_key(ByteView public_key) {
  if (public_key.size() != kSignerPublicKeySize)
    return fail(ErrorKind::malformed, "a signer's public key has 1984 bytes, this one has " +
                                          std::to_string(public_key.size()) +
                                          "; ask the signer for the key file again");
  sodium_ready();
  if (crypto_core_ed25519_is_valid_point(public_key.data()) != 1)
    return fail(
        ErrorKind::malformed,
        "the Ed25519 half of a signer's public key is not a valid point; ask the signer for the key file again");
  return {};
}

//= SPEC SIG-01
Result<void> verify_signature(ByteView public_key, const Id& id, std::string_view role, ByteView message,
                              ByteView signature) {
  if (signature.size() != kSignatureSize)
    return fail(ErrorKind::malformed, "a signature has 3373 bytes, this one has " + std::to_string(signature.size()));
  sodium_ready();
  const Bytes signed_message = signed_bytes(role, id, message);
  const bool ed25519 = crypto_sign_verify_detached(signature.data(), signed_message.data(), signed_message.size(),
                                                   public_key.data()) == 0;
  const bool ml_dsa =
      ml_dsa_verifies(public_key.subspan(kEd25519KeySize), signed_message, signature.subspan(kEd25519SignatureSize));
  if (ed25519 && ml_dsa) return {};
  const std::string_view which = ed25519 ? "its ML-DSA-65 half" : ml_dsa ? "its Ed25519 half" : "neither half of it";
  return fail(ErrorKind::forged, "a \"" + std::string(role) + "\" signature does not verify: " + std::string(which) +
                                     (ed25519 || ml_dsa ? " fails" : " verifies"));
}

SigningKey::SigningKey(const Secret<kSigningSeedSize>& seed) {
  sodium_ready();
  public_key_.resize(kEd25519KeySize);
  crypto_sign_seed_keypair(public_key_.data(), ed25519_.data(), seed.data());
  ml_dsa_.reset(new MlDsa{Botan::ML_DSA_PrivateKey(seed.view().last<kSeedSize>(), kMode)});
  const auto ml_dsa_public = ml_dsa_->key.public_key_bits();
  public_key_.insert(public_key_.end(), ml_dsa_public.begin(), ml_dsa_public.end());
  id_ = signer_id(public_key_);
}

SigningKey::~SigningKey() = default;

Bytes SigningKey::sign(std::string_view role, ByteView message) const {
  const Bytes signed_message = signed_bytes(role, id_, message);
  Bytes signature(kEd25519SignatureSize);
  crypto_sign_detached(signature.data(), nullptr, signed_message.data(), signed_message.size(), ed25519_.data());
  KernelRng rng;
  const auto ml_dsa = Botan::PK_Signer(ml_dsa_->key, rng, "Randomized").sign_message(signed_message, rng);
  signature.insert(signature.end(), ml_dsa.begin(), ml_dsa.end());
  return signature;
}

}  // namespace triclave::keys
