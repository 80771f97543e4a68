#include <gmock/gmock.h>
#include <sodium.h>

#include <atomic>
#include <thread>

#include "base/hash.h"
#include "base/labels.h"
#include "keys/hybrid_signature.h"
#include "support/result.h"
#include "unit/keys/vectors.h"

namespace triclave {
namespace {

using ::testing::HasSubstr;
using testing::hex;

constexpr std::size_t kEd25519Signature = 64;

struct Signature : ::testing::Test {
  Signer signer = Signer::generate("producer");
  Bytes message = hex("00010203");
  Bytes signature = signer.sign(role::kCore, message);
  Result<void> verified() const { return signer.verifier().verify(role::kCore, message, signature); }
};

TEST_F(Signature, Verifies) {
  EXPECT_EQ(signature.size(), kSignatureSize);
  EXPECT_OK(verified());
}

TEST_F(Signature, OfAnEmptyAndOfALongMessageVerifies) {
  for (const std::size_t size : {0U, 1U, 1U << 20}) {
    const Bytes other(size, 7);
    EXPECT_OK(signer.verifier().verify("object", other, signer.sign("object", other)));
  }
}

TEST_F(Signature, WithAnyByteChangedIsForged) {
  for (std::size_t at = 0; at < signature.size(); at += at < kEd25519Signature || at > 3250 ? 1 : 11) {
    for (const std::uint8_t flip : {std::uint8_t{0x01}, std::uint8_t{0x80}}) {
      signature[at] ^= flip;
      EXPECT_FAILS(verified(), ErrorKind::forged) << "byte " << at;
      signature[at] ^= flip;
    }
  }
  EXPECT_OK(verified());
}

TEST_F(Signature, OfAnotherSizeIsMalformed) {
  for (const std::size_t size : {std::size_t{0}, kEd25519Signature, kSignatureSize - 1, kSignatureSize + 1}) {
    Bytes other = signature;
    other.resize(size);
    EXPECT_FAILS(signer.verifier().verify(role::kCore, message, other), ErrorKind::malformed);
  }
}

TEST_F(Signature, IsOfOneRole) {
  EXPECT_FAILS(signer.verifier().verify(role::kWrap, message, signature), ErrorKind::forged);
  EXPECT_FAILS(signer.verifier().verify("", message, signature), ErrorKind::forged);
}

TEST_F(Signature, IsOfOneMessage) {
  message.push_back(0);
  EXPECT_FAILS(verified(), ErrorKind::forged);
}

TEST_F(Signature, IsOfOneSigner) {
  EXPECT_FAILS(Signer::generate("another").verifier().verify(role::kCore, message, signature), ErrorKind::forged);
}

// One broken scheme must not be enough: half of a good signature and half of one for other bytes.
TEST_F(Signature, HalfSignedIsForged) {
  const Bytes other = signer.sign(role::kCore, hex("ff"));
  Bytes only_ed25519 = signature;
  std::copy(other.begin() + kEd25519Signature, other.end(), only_ed25519.begin() + kEd25519Signature);
  Bytes only_ml_dsa = other;
  std::copy(signature.begin() + kEd25519Signature, signature.end(), only_ml_dsa.begin() + kEd25519Signature);

  const auto first = signer.verifier().verify(role::kCore, message, only_ed25519);
  EXPECT_FAILS(first, ErrorKind::forged);
  EXPECT_THAT(testing::text_of(first), HasSubstr("ML-DSA-65 half"));
  const auto second = signer.verifier().verify(role::kCore, message, only_ml_dsa);
  EXPECT_FAILS(second, ErrorKind::forged);
  EXPECT_THAT(testing::text_of(second), HasSubstr("Ed25519 half"));
  std::fill(only_ed25519.begin() + kEd25519Signature, only_ed25519.end(), std::uint8_t{0});
  EXPECT_FAILS(signer.verifier().verify(role::kCore, message, only_ed25519), ErrorKind::forged);
}

// A signer made of one's Ed25519 key and another's ML-DSA key is a third signer: the halves cannot be recombined.
TEST_F(Signature, HalvesOfTwoSignersDoNotMakeAThird) {
  const Signer other = Signer::generate("another");
  Bytes mixed_key(signer.verifier().public_key().begin(), signer.verifier().public_key().begin() + 32);
  mixed_key.insert(mixed_key.end(), other.verifier().public_key().begin() + 32, other.verifier().public_key().end());
  const auto mixed = Verifier::from_public_key(mixed_key, "mixed");
  ASSERT_OK(mixed);
  const Bytes from_other = other.sign(role::kCore, message);
  std::copy(from_other.begin() + kEd25519Signature, from_other.end(), signature.begin() + kEd25519Signature);
  EXPECT_FAILS(mixed->verify(role::kCore, message, signature), ErrorKind::forged);
}

// RFC 8032, 5.1.7: S must be below the order L; S + L would be a second spelling of one signature.
TEST_F(Signature, WithANonCanonicalEd25519HalfIsForged) {
  const Bytes order = hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  sodium_add(signature.data() + 32, order.data(), 32);
  EXPECT_FAILS(verified(), ErrorKind::forged);
}

TEST_F(Signature, OfMlDsaIsHedged) {
  const Bytes again = signer.sign(role::kCore, message);
  EXPECT_TRUE(std::equal(again.begin(), again.begin() + kEd25519Signature, signature.begin()));
  EXPECT_NE(again, signature);
  EXPECT_OK(signer.verifier().verify(role::kCore, message, again));
}

TEST_F(Signature, IsMadeAndCheckedByManyThreadsAtOnce) {
  std::atomic<int> good = 0;
  std::vector<std::thread> threads;
  for (std::uint8_t each = 0; each < 4; ++each)
    threads.emplace_back([&, each] {
      const Verifier verifier = signer.verifier();
      for (std::uint8_t round = 0; round < 20; ++round) {
        const Bytes own = {each, round};
        if (verifier.verify(role::kCore, own, signer.sign(role::kCore, own))) ++good;
        if (!verifier.verify(role::kCore, own, signature)) ++good;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 4 * 20 * 2);
}

TEST(SignerPublicKey, OfAnotherSizeIsMalformed) {
  Bytes key = Signer::generate("signer").verifier().public_key();
  EXPECT_OK(Verifier::from_public_key(key, "signer"));
  for (const std::size_t size : {0U, 32U, 1952U, 1983U, 1985U}) {
    key.resize(size);
    EXPECT_FAILS(Verifier::from_public_key(key, "signer"), ErrorKind::malformed);
  }
}

TEST(SignerPublicKey, WithABadEd25519HalfIsMalformed) {
  const Bytes good = Signer::generate("signer").verifier().public_key();
  for (const std::string_view bad : {
           "0000000000000000000000000000000000000000000000000000000000000000",  // order 4
           "0100000000000000000000000000000000000000000000000000000000000000",  // the neutral element
           "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",  // order 2
           "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",  // order 8
           "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",  // y = 1 + p, not canonical
           "0200000000000000000000000000000000000000000000000000000000000000",  // not on the curve
       }) {
    Bytes key = good;
    const Bytes half = hex(bad);
    std::copy(half.begin(), half.end(), key.begin());
    EXPECT_FAILS(Verifier::from_public_key(key, "signer"), ErrorKind::malformed) << bad;
  }
}

// Every string of 1952 bytes is an ML-DSA-65 public key; one that nobody made verifies nothing.
TEST(SignerPublicKey, WithAnMlDsaHalfThatNobodyMadeVerifiesNothing) {
  const Signer signer = Signer::generate("signer");
  const Bytes signature = signer.sign("core", {});
  for (const unsigned byte : {0x00U, 0x55U, 0xFFU}) {
    Bytes key = signer.verifier().public_key();
    std::fill(key.begin() + 32, key.end(), static_cast<std::uint8_t>(byte));
    const auto verifier = Verifier::from_public_key(key, "signer");
    ASSERT_OK(verifier);
    EXPECT_FAILS(verifier->verify("core", {}, signature), ErrorKind::forged);
  }
}

// RFC 8032, 7.1, test 1; and ML-DSA-65's first known answer (kat_MLDSA_65_det_pure.rsp of PyPI cryptography-vectors):
// xi = f6964840.., SHA-256 of pk.
constexpr std::string_view kEd25519Seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
constexpr std::string_view kEd25519Key = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
constexpr std::string_view kMlDsaSeed = "f696484048ec21f96cf50a56d0759c448f3779752f0383d37449690694cf7a68";
constexpr std::string_view kMlDsaKeyHash = "ab0f27cfe4f84d2a9fa74d48467439df9e5dd8401f8715f82ed70e43a371400a";

std::string ml_dsa_key_hash(std::string_view ml_dsa_seed) {
  const keys::SigningKey key(
      testing::secret_hex<keys::kSigningSeedSize>(std::string(kEd25519Seed) + std::string(ml_dsa_seed)));
  EXPECT_EQ(to_hex(ByteView(key.public_key()).first(32)), kEd25519Key);
  return to_hex(sha256(ByteView(key.public_key()).subspan(32)));
}

TEST(SigningKey, HasTheKnownPublicKeys) {
  EXPECT_EQ(ml_dsa_key_hash(kMlDsaSeed), kMlDsaKeyHash);
  const auto file = testing::vector_file("TRICLAVE_PACKAGE_VECTORS", "asymmetric/MLDSA/kat_MLDSA_65_det_pure.rsp");
  if (!file) return;
  std::ifstream lines(*file);
  std::string seed;
  int cases = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("xi = ")) seed = line.substr(5);
    if (!line.starts_with("pk = ")) continue;
    EXPECT_EQ(ml_dsa_key_hash(seed), to_hex(sha256(hex(line.substr(5))))) << "xi = " << seed;
    ++cases;
  }
  EXPECT_EQ(cases, 100);
}

// Signed by PyPI `cryptography` (make_keys.py), read here.
TEST(SignatureMadeElsewhere, Verifies) {
  const auto known = testing::known_keys();
  const auto verifier = Verifier::load(testing::key_vector("signer-public.key"));
  ASSERT_OK(verifier);
  EXPECT_EQ(to_hex(verifier->id()), known.at("signer_id"));
  const std::string message = known.at("message");
  const auto bytes = from_base64(known.at("signature"));
  ASSERT_OK(bytes);
  EXPECT_OK(verifier->verify(known.at("role"), as_bytes(message), *bytes));
  EXPECT_FAILS(verifier->verify("wrap", as_bytes(message), *bytes), ErrorKind::forged);
}

}  // namespace
}  // namespace triclave
