#include "keys/xwing.h"

#include <botan/hash.h>
#include <botan/ml_kem.h>
#include <botan/pubkey.h>
#include <botan/x25519.h>
#include <botan/xof.h>

#include <atomic>
#include <thread>

#include "base/hash.h"
#include "keys/botan_rng.h"
#include "support/result.h"
#include "triclave/keys.h"
#include "unit/keys/vectors.h"

namespace triclave::keys::xwing {
namespace {

using testing::hex;
using testing::secret_hex;

// draft-connolly-cfrg-xwing-kem, spec/test-vectors.json, the first case; SHA-256 of the long values.
constexpr std::string_view kSeed = "7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26";
constexpr std::string_view kEncapsulationSeed =
    "3cb1eea988004b93103cfb0aeefd2a686e01fa4a58e8a3639ca8a1e3f9ae57e2"
    "35b8cc873c23dc62b8d260169afa2f75ab916a58d974918835d25e6a435085b2";
constexpr std::string_view kSharedSecret = "d2df0522128f09dd8e2c92b1e905c793d8f57a54c3da25861f10bf4ca613e384";
constexpr std::string_view kPublicKeyHash = "2e816deebcd76c5c80d0cd2d174478871658e8e2ff42bc9d4a6e486372e856bb";
constexpr std::string_view kCiphertextHash = "17cd532d657e44c897ca6583e548a5424fc70bf54f99515a4d2bcf99e3469f33";

struct Case {
  std::string seed, encapsulation_seed, shared_secret, public_key_hash, ciphertext_hash;
};

std::string hash_of_hex(const nlohmann::json& value) { return to_hex(sha256(hex(value.get<std::string>()))); }

std::vector<Case> cases() {
  std::vector<Case> out = {{std::string(kSeed), std::string(kEncapsulationSeed), std::string(kSharedSecret),
                            std::string(kPublicKeyHash), std::string(kCiphertextHash)}};
  if (const auto file = testing::vector_file("TRICLAVE_VECTORS", "xwing_test_vectors.json"))
    for (const auto& each : testing::read_json(*file))
      out.push_back({each["seed"], each["eseed"], each["ss"], hash_of_hex(each["pk"]), hash_of_hex(each["ct"])});
  if (const auto file = testing::vector_file("TRICLAVE_PACKAGE_VECTORS", "HPKE/hpke-pq-test-vectors.json"))
    for (const auto& each : testing::read_json(*file))
      if (each["kem_id"] == 0x647A)
        out.push_back(
            {each["skRm"], each["ikmE"], each["shared_secret"], hash_of_hex(each["pkRm"]), hash_of_hex(each["enc"])});
  return out;
}

TEST(XWing, GivesTheKnownAnswers) {
  for (const Case& each : cases()) {
    const PrivateKey key(secret_hex<kSeedSize>(each.seed));
    EXPECT_EQ(to_hex(sha256(key.public_key())), each.public_key_hash);
    const auto made = encapsulate_with(key.public_key(), secret_hex<kEncapsulationSeedSize>(each.encapsulation_seed));
    ASSERT_OK(made);
    EXPECT_EQ(to_hex(sha256(made->ciphertext)), each.ciphertext_hash);
    EXPECT_EQ(to_hex(made->shared_secret.view()), each.shared_secret);
    const auto found = key.decapsulate(made->ciphertext);
    ASSERT_OK(found);
    EXPECT_EQ(to_hex(found->view()), each.shared_secret);
  }
}

// The draft written down once more, with Botan's X25519 in place of libsodium's and ML-KEM's implicit rejection
// (FIPS 203, algorithm 18: the shared secret becomes SHAKE-256(z || ciphertext)) by hand.
struct ByHand {
  Bytes expanded = expand();
  Botan::ML_KEM_PrivateKey ml_kem{ByteView(expanded).first(64), Botan::ML_KEM_Mode::ML_KEM_768};
  Botan::X25519_PrivateKey x25519{Botan::secure_vector<std::uint8_t>(expanded.begin() + 64, expanded.end())};

  static Bytes expand() {
    auto shake = Botan::XOF::create_or_throw("SHAKE-256");
    shake->update(hex(kSeed));
    return shake->output_stdvec(96);
  }
  Bytes rejected(ByteView ciphertext) const {
    auto shake = Botan::XOF::create_or_throw("SHAKE-256");
    shake->update(ByteView(expanded).subspan(32, 32));
    shake->update(ciphertext.first(1088));
    return shake->output_stdvec(32);
  }
  Bytes accepted(ByteView ciphertext) const {
    Botan::Null_RNG rng;
    Bytes out(32);
    Botan::PK_KEM_Decryptor(ml_kem, rng, "Raw").decrypt(out, ciphertext.first(1088));
    return out;
  }
  Bytes exchanged(ByteView point) const { return Botan::unlock(x25519.agree(point.data(), point.size())); }
  std::string combined(ByteView ml_kem_secret, ByteView x25519_secret, ByteView point) const {
    const auto hash = Botan::HashFunction::create_or_throw("SHA-3(256)");
    hash->update(ml_kem_secret);
    hash->update(x25519_secret);
    hash->update(point);
    hash->update(x25519.public_value());
    hash->update(hex("5c2e2f2f5e5c"));
    return to_hex(hash->final_stdvec());
  }
};

struct XWingCiphertext : ::testing::Test {
  PrivateKey key{secret_hex<kSeedSize>(kSeed)};
  Bytes ciphertext =
      encapsulate_with(key.public_key(), secret_hex<kEncapsulationSeedSize>(kEncapsulationSeed))->ciphertext;
  ByHand by_hand;
  std::string decapsulated() const { return to_hex(key.decapsulate(ciphertext).value().view()); }
};

TEST_F(XWingCiphertext, ChangedInMlKemsPartIsRejectedImplicitly) {
  for (const std::size_t at : {0U, 500U, 959U, 960U, 1087U}) {
    ciphertext[at] ^= 1;
    const auto point = ByteView(ciphertext).subspan(1088);
    EXPECT_EQ(decapsulated(), by_hand.combined(by_hand.rejected(ciphertext), by_hand.exchanged(point), point)) << at;
    EXPECT_NE(decapsulated(), kSharedSecret);
    ciphertext[at] ^= 1;
  }
}

TEST_F(XWingCiphertext, ChangedInX25519sPartGivesAnotherSecret) {
  ciphertext[1088] ^= 1;
  const auto point = ByteView(ciphertext).subspan(1088);
  EXPECT_EQ(decapsulated(), by_hand.combined(by_hand.accepted(ciphertext), by_hand.exchanged(point), point));
  EXPECT_NE(decapsulated(), kSharedSecret);
}

// The draft has no check for points of small order: their product, 0, goes into the hash.
TEST_F(XWingCiphertext, WithAPointOfSmallOrderIsTakenAsTheDraftSays) {
  for (const std::string_view point :
       {"0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"}) {  // RFC 7748 security notes, order 8
    const Bytes bytes = hex(point);
    std::copy(bytes.begin(), bytes.end(), ciphertext.begin() + 1088);
    EXPECT_EQ(decapsulated(), by_hand.combined(by_hand.accepted(ciphertext), Bytes(32), bytes)) << point;
  }
}

TEST_F(XWingCiphertext, OfAnotherSizeIsRefused) {
  for (const std::size_t size : {0U, 1U, 1088U, 1119U, 1121U, 2240U}) {
    ciphertext.resize(size);
    EXPECT_FAILS(key.decapsulate(ciphertext), ErrorKind::malformed);
  }
}

// A service opens for many at once with one key.
TEST(XWing, OneKeyServesSeveralThreads) {
  const PrivateKey key(secret_hex<kSeedSize>(kSeed));
  std::atomic<int> wrong = 0;
  {
    std::vector<std::jthread> all;
    for (int i = 0; i < 4; ++i)
      all.emplace_back([&] {
        for (int n = 0; n < 200; ++n) {
          const auto made = encapsulate(key.public_key()).value();
          const auto opened = key.decapsulate(made.ciphertext).value();
          wrong += int{!equal_constant_time(opened.view(), made.shared_secret.view())};
        }
      });
  }
  EXPECT_EQ(wrong, 0);
}

TEST(XWing, DrawsNewRandomnessEachTime) {
  const PrivateKey key(secret_hex<kSeedSize>(kSeed));
  const auto first = encapsulate(key.public_key());
  const auto second = encapsulate(key.public_key());
  ASSERT_OK(first);
  ASSERT_OK(second);
  EXPECT_NE(first->ciphertext, second->ciphertext);
  EXPECT_FALSE(
      std::equal(first->ciphertext.begin() + 1088, first->ciphertext.end(), second->ciphertext.begin() + 1088));
  EXPECT_NE(to_hex(first->shared_secret.view()), to_hex(second->shared_secret.view()));
  for (const auto* each : {&*first, &*second}) {
    const auto found = key.decapsulate(each->ciphertext);
    ASSERT_OK(found);
    EXPECT_EQ(to_hex(found->view()), to_hex(each->shared_secret.view()));
  }
}

TEST(XWingPublicKey, OfAnotherSizeIsRefused) {
  Bytes key = PrivateKey(secret_hex<kSeedSize>(kSeed)).public_key();
  EXPECT_OK(check_public_key(key));
  for (const std::size_t size : {0U, 1U, 1184U, 1215U, 1217U, 2432U}) {
    key.resize(size);
    EXPECT_FAILS(check_public_key(key), ErrorKind::malformed);
    EXPECT_FAILS(encapsulate(key), ErrorKind::malformed);
  }
}

// ML-KEM's part begins with 768 coefficients of 12 bits, little-endian, which must be below q = 3329.
TEST(XWingPublicKey, WithACoefficientAboveTheModulusIsRefused) {
  const Bytes good = PrivateKey(secret_hex<kSeedSize>(kSeed)).public_key();
  for (const std::size_t at : {0U, 3U, 384U, 1149U}) {
    for (const unsigned coefficient : {3328U, 3329U, 4095U}) {
      Bytes key = good;
      key[at] = static_cast<std::uint8_t>(coefficient);
      key[at + 1] = static_cast<std::uint8_t>((key[at + 1] & 0xF0) | coefficient >> 8);
      if (coefficient < 3329) {
        EXPECT_OK(check_public_key(key));
      } else {
        EXPECT_FAILS(check_public_key(key), ErrorKind::malformed);
        EXPECT_FAILS(encapsulate(key), ErrorKind::malformed);
      }
    }
  }
}

}  // namespace
}  // namespace triclave::keys::xwing
