#include "keys/xwing.h"

#include <botan/hash.h>
#include <botan/ml_kem.h>
#include <botan/pubkey.h>
#include <botan/xof.h>
#include <sodium.h>

#include <mutex>
#include <optional>

#include "base/random.h"
#include "keys/botan_rng.h"
#include "triclave/keys.h"

namespace triclave::keys::xwing {
namespace {

constexpr std::size_t kMlKemPublicKeySize = 1184;
constexpr std::size_t kMlKemCiphertextSize = 1088;
constexpr std::size_t kMlKemSeedSize = 64;
constexpr std::size_t kX25519Size = 32;
constexpr std::size_t kExpandedSize = kMlKemSeedSize + kX25519Size;
constexpr std::array<std::uint8_t, 6> kLabel = {0x5C, 0x2E, 0x2F, 0x2F, 0x5E, 0x5C};  // \./ and /^\ of the draft

const Botan::ML_KEM_Mode kMode = Botan::ML_KEM_Mode::ML_KEM_768;

// X25519 as in RFC 7748. libsodium declines a point of small order, whose product is 0; the draft takes that 0 into the
// hash like any other, since ML-KEM's half stands without it.
Secret<kX25519Size> x25519(std::span<const std::uint8_t, kX25519Size> scalar, ByteView point) {
  Secret<kX25519Size> product;
  if (crypto_scalarmult(product.data(), scalar.data(), point.data()) != 0) wipe(product.mutable_view());
  return product;
}

std::array<std::uint8_t, kX25519Size> x25519_base(std::span<const std::uint8_t, kX25519Size> scalar) {
  std::array<std::uint8_t, kX25519Size> point;
  crypto_scalarmult_base(point.data(), scalar.data());
  return point;
}

Secret<kSharedSecretSize> combine(ByteView ml_kem_secret, ByteView x25519_secret, ByteView x25519_ciphertext,
                                  ByteView x25519_public_key) {
  const auto hash = Botan::HashFunction::create_or_throw("SHA-3(256)");
  hash->update(ml_kem_secret);
  hash->update(x25519_secret);
  hash->update(x25519_ciphertext);
  hash->update(x25519_public_key);
  hash->update(kLabel);
  Secret<kSharedSecretSize> out;
  hash->final(out.mutable_view());
  return out;
}

// The ML-KEM half of a public key. Botan's constructor makes the modulus check and throws where it fails.
Result<Botan::ML_KEM_PublicKey> ml_kem_half(ByteView public_key) {
  if (public_key.size() != kXWingPublicKeySize)
    return fail(ErrorKind::malformed, "an X-Wing public key has 1216 bytes, this one has " +
                                          std::to_string(public_key.size()) + "; ask its owner for the key file again");
  try {
    return Botan::ML_KEM_PublicKey(public_key.first(kMlKemPublicKeySize), kMode);
  } catch (const std::exception&) {
    return fail(
        ErrorKind::malformed,
        "the X-Wing public key fails ML-KEM's modulus check (FIPS 203, 7.2); ask its owner for the key file again");
  }
}

}  // namespace

struct PrivateKey::Expanded {
  // What Botan works with belongs to the key: several decapsulations at once would spoil one another's secrets. Its
  // decryptor holds the key's public matrix, whose making takes as long as the rest of a decapsulation.
  void decrypt(ByteView ciphertext, MutableBytes secret) {
    const std::lock_guard lock(one_at_a_time);
    if (!decryptor) decryptor.emplace(ml_kem, no_rng, "Raw");
    decryptor->decrypt(secret, ciphertext);
  }

  Botan::ML_KEM_PrivateKey ml_kem;
  Secret<kX25519Size> x25519;
  Bytes public_key;
  std::mutex one_at_a_time = {};
  Botan::Null_RNG no_rng = {};
  std::optional<Botan::PK_KEM_Decryptor> decryptor = {};
};

PrivateKey::PrivateKey(const Secret<kSeedSize>& seed) {
  sodium_ready();
  Secret<kExpandedSize> expanded;
  const auto shake = Botan::XOF::create_or_throw("SHAKE-256");
  shake->update(seed.view());
  shake->output(expanded.mutable_view());

  Botan::ML_KEM_PrivateKey ml_kem(expanded.view().first<kMlKemSeedSize>(), kMode);
  const auto scalar = expanded.view().last<kX25519Size>();
  Bytes public_key = ml_kem.public_key_bits();
  const auto point = x25519_base(scalar);
  public_key.insert(public_key.end(), point.begin(), point.end());
  expanded_.reset(new Expanded{std::move(ml_kem), Secret<kX25519Size>::copy_of(scalar), std::move(public_key)});
}

PrivateKey::PrivateKey(PrivateKey&&) noexcept = default;
PrivateKey& PrivateKey::operator=(PrivateKey&&) noexcept = default;
PrivateKey::~PrivateKey() = default;

const Bytes& PrivateKey::public_key() const noexcept { return expanded_->public_key; }

Result<Secret<kSharedSecretSize>> PrivateKey::decapsulate(ByteView ciphertext) const {
  //= SPEC KEY-02
  if (ciphertext.size() != kCiphertextSize)
    return fail(ErrorKind::malformed,
                "an X-Wing ciphertext has 1120 bytes, this one has " + std::to_string(ciphertext.size()));
  Secret<kSharedSecretSize> ml_kem_secret;
  expanded_->decrypt(ciphertext.first(kMlKemCiphertextSize), ml_kem_secret.mutable_view());
  const ByteView point = ciphertext.subspan(kMlKemCiphertextSize);
  return combine(ml_kem_secret.view(), x25519(expanded_->x25519.view(), point).view(), point,
                 ByteView(expanded_->public_key).subspan(kMlKemPublicKeySize));
}

//= SPEC KEY-02
Result<void> check_public_key(ByteView public_key) {
  return ml_kem_half(public_key).map([](const auto&) {});
}

Result<Encapsulation> encapsulate(ByteView public_key) {
  Secret<kEncapsulationSeedSize> seed;
  random_bytes(seed.mutable_view());
  return encapsulate_with(public_key, seed);
}

Result<Encapsulation> encapsulate_with(ByteView public_key, const Secret<kEncapsulationSeedSize>& seed) {
  sodium_ready();
  const auto ml_kem = ml_kem_half(public_key);
  if (!ml_kem) return tl::unexpected(ml_kem.error());
  const ByteView point = public_key.subspan(kMlKemPublicKeySize);

  Bytes ciphertext(kCiphertextSize);
  Secret<kSharedSecretSize> ml_kem_secret;
  FixedRng m(seed.view().first<32>());
  Botan::PK_KEM_Encryptor(*ml_kem, "Raw")
      .encrypt(MutableBytes(ciphertext).first(kMlKemCiphertextSize), ml_kem_secret.mutable_view(), m);
  const auto ephemeral = seed.view().last<kX25519Size>();
  const auto ephemeral_point = x25519_base(ephemeral);
  std::copy(ephemeral_point.begin(), ephemeral_point.end(), ciphertext.begin() + kMlKemCiphertextSize);
  auto secret = combine(ml_kem_secret.view(), x25519(ephemeral, point).view(), ephemeral_point, point);
  return Encapsulation{std::move(ciphertext), std::move(secret)};
}

}  // namespace triclave::keys::xwing
