#include "keys/shamir.h"

#include <sodium.h>

#include "support/result.h"
#include "unit/keys/vectors.h"

namespace triclave::keys {
namespace {

using testing::hex;
using testing::hex_of;

// RFC 9591, appendix E.3, FROST(ristretto255, SHA-512): a secret dealt 2 of 3.
constexpr std::string_view kSecret = "1b25a55e463cfd15cf14a5d3acc3d15053f08da49c8afcf3ab265f2ebc4f970b";
constexpr std::string_view kCoefficient = "410f8b744b19325891d73736923525a4f596c805d060dfb9c98009d34e3fec02";
constexpr std::array<std::string_view, 3> kShares = {
    "5c3430d391552f6e60ecdc093ff9f6f4488756aa6cebdbad75a768010b8f830e",
    "b06fc5eac20b4f6e1b271d9df2343d843e1e1fb03c4cbb673f2872d459ce6f01",
    "f17e505f0e2581c6acfe54d3846a622834b5e7b50cad9a2109a97ba7a80d5c04"};

// RFC 9496, section 4: the group's order, little-endian.
constexpr std::string_view kOrder = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";
constexpr std::string_view kOrderMinus1 = "ecd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";

Scalar scalar(std::string_view text) { return testing::secret_hex<kScalarSize>(text); }
struct Rfc9591 : ::testing::Test {
  std::array<Scalar, 3> values = {scalar(kShares[0]), scalar(kShares[1]), scalar(kShares[2])};
  Share share(std::uint8_t x) const { return {x, &values[x - 1]}; }
};

TEST_F(Rfc9591, DealsTheShares) {
  const std::array<Scalar, 1> coefficients = {scalar(kCoefficient)};
  const auto shares = shard(scalar(kSecret), coefficients, 3);
  ASSERT_EQ(shares.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(hex_of(shares[i]), kShares[i]);
}

TEST_F(Rfc9591, CombinesAnyTwoShares) {
  for (const auto& [a, b] : {std::pair{1, 2}, {1, 3}, {2, 3}, {3, 1}}) {
    const std::array<Share, 2> pair = {share(static_cast<std::uint8_t>(a)), share(static_cast<std::uint8_t>(b))};
    const auto secret = combine(pair, 2);
    ASSERT_OK(secret);
    EXPECT_EQ(hex_of(*secret), kSecret) << a << ", " << b;
  }
}

TEST_F(Rfc9591, ChecksTheSurplusShare) {
  const std::array<Share, 3> all = {share(3), share(1), share(2)};
  const auto secret = combine(all, 2);
  ASSERT_OK(secret);
  EXPECT_EQ(hex_of(*secret), kSecret);
}

TEST_F(Rfc9591, RefusesASurplusShareOffThePolynomial) {
  for (std::uint8_t x = 1; x <= 3; ++x) {
    std::array<Scalar, 3> wrong = {scalar(kShares[0]), scalar(kShares[1]), scalar(kShares[2])};
    crypto_core_ristretto255_scalar_add(wrong[x - 1].data(), wrong[x - 1].data(), scalar(kCoefficient).data());
    const std::array<Share, 3> all = {Share{1, &wrong[0]}, Share{2, &wrong[1]}, Share{3, &wrong[2]}};
    EXPECT_FAILS(combine(all, 2), ErrorKind::forged);
  }
}

TEST_F(Rfc9591, GivesAnotherSecretForAShareAtTheWrongPosition) {
  const std::array<Share, 2> swapped = {Share{1, &values[1]}, Share{2, &values[0]}};
  const auto secret = combine(swapped, 2);
  ASSERT_OK(secret);
  EXPECT_NE(hex_of(*secret), kSecret);
}

TEST_F(Rfc9591, RefusesTooFewShares) {
  const std::array<Share, 1> one = {share(2)};
  EXPECT_FAILS(combine(one, 2), ErrorKind::invalid_argument);
  EXPECT_FAILS(combine({}, 1), ErrorKind::invalid_argument);
}

TEST_F(Rfc9591, RefusesThresholdsThatAreNone) {
  const std::array<Share, 2> pair = {share(1), share(2)};
  EXPECT_FAILS(combine(pair, 0), ErrorKind::invalid_argument);
  EXPECT_FAILS(combine({}, 0), ErrorKind::invalid_argument);
  EXPECT_FAILS(combine(pair, 17), ErrorKind::invalid_argument);
}

TEST_F(Rfc9591, RefusesPositionsThatAreNone) {
  for (const Share& wrong : {Share{0, &values[1]}, Share{17, &values[1]}, Share{255, &values[1]}, Share{2, nullptr}}) {
    const std::array<Share, 2> pair = {share(1), wrong};
    EXPECT_FAILS(combine(pair, 2), ErrorKind::invalid_argument);
  }
}

TEST_F(Rfc9591, RefusesOnePositionTwice) {
  const std::array<Share, 2> twice = {Share{2, &values[0]}, Share{2, &values[1]}};
  EXPECT_FAILS(combine(twice, 2), ErrorKind::invalid_argument);
  const std::array<Share, 3> surplus = {share(1), share(2), share(2)};
  EXPECT_FAILS(combine(surplus, 2), ErrorKind::invalid_argument);
}

TEST_F(Rfc9591, RefusesValuesThatAreNoScalars) {
  for (const std::string_view bad :
       {kOrder, std::string_view("eed3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010"),
        std::string_view("5c3430d391552f6e60ecdc093ff9f6f4488756aa6cebdbad75a768010b8f838e"),
        std::string_view("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")}) {
    const Scalar value = scalar(bad);
    const std::array<Share, 2> pair = {share(1), Share{2, &value}};
    EXPECT_FAILS(combine(pair, 2), ErrorKind::malformed);
    const std::array<Share, 3> surplus = {share(1), share(2), Share{3, &value}};
    EXPECT_FAILS(combine(surplus, 2), ErrorKind::malformed);
  }
}

// Within a tree a node's value may be 0, and so may the value of a child that is a node.
TEST_F(Rfc9591, CombinesToAndFromZero) {
  const std::array<Scalar, 1> coefficients = {scalar(kCoefficient)};
  const Scalar zero;
  const auto of_zero = shard(zero, coefficients, 2);
  const std::array<Share, 2> to_zero = {Share{1, &of_zero[0]}, Share{2, &of_zero[1]}};
  const auto combined = combine(to_zero, 2);
  ASSERT_OK(combined);
  EXPECT_EQ(hex_of(*combined), hex_of(zero));
  // f(x) = c - c x is 0 at x = 1.
  Scalar minus;
  crypto_core_ristretto255_scalar_negate(minus.data(), coefficients[0].data());
  const std::array<Scalar, 1> slope = {Scalar::copy_of(minus.view())};
  const auto shares = shard(coefficients[0], slope, 2);
  EXPECT_EQ(hex_of(shares[0]), hex_of(zero));
  const std::array<Share, 2> from_zero = {Share{1, &shares[0]}, Share{2, &shares[1]}};
  const auto secret = combine(from_zero, 2);
  ASSERT_OK(secret);
  EXPECT_EQ(hex_of(*secret), kCoefficient);
}

TEST(CanonicalScalar, IsBelowTheOrderAndNotZero) {
  const auto judged = [](std::string_view text) {
    const Bytes bytes = hex(text);
    return is_canonical_nonzero(ByteView(bytes).first<kScalarSize>());
  };
  EXPECT_TRUE(judged(kOrderMinus1));
  EXPECT_TRUE(judged("0100000000000000000000000000000000000000000000000000000000000000"));
  EXPECT_TRUE(judged("0000000000000000000000000000000000000000000000000000000000000010"));
  EXPECT_TRUE(judged("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff0f"));
  EXPECT_FALSE(judged(kOrder));
  EXPECT_FALSE(judged("eed3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010"));
  EXPECT_FALSE(judged("ecd3f55c1a631258d69cf7a2def9de1401000000000000000000000000000010"));
  EXPECT_FALSE(judged("0000000000000000000000000000000000000000000000000000000000000000"));
  EXPECT_FALSE(judged("0000000000000000000000000000000000000000000000000000000000000011"));
  EXPECT_FALSE(judged("0000000000000000000000000000000000000000000000000000000000000080"));
  EXPECT_FALSE(judged("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"));
}

// libsodium 1.0.18 has no such check, but it reduces: what it leaves as it is, is canonical.
TEST(CanonicalScalar, AgreesWithReduction) {
  for (int i = 0; i < 2000; ++i) {
    std::array<std::uint8_t, 64> wide{};
    randombytes_buf(wide.data(), kScalarSize);
    wide[31] = static_cast<std::uint8_t>(i % 3 == 0 ? 0x10 : wide[31] & 0x1F);
    if (i % 3 == 0) std::fill(wide.begin() + 15, wide.begin() + 31, std::uint8_t{0});  // near the order
    std::array<std::uint8_t, kScalarSize> reduced;
    crypto_core_ristretto255_scalar_reduce(reduced.data(), wide.data());
    const bool same = std::equal(reduced.begin(), reduced.end(), wide.begin());
    EXPECT_EQ(is_canonical_nonzero(std::span(wide).first<kScalarSize>()), same) << to_hex(wide);
  }
}

TEST(RandomScalar, IsCanonicalAndNew) {
  const Scalar first = random_scalar();
  for (int i = 0; i < 200; ++i) {
    const Scalar next = random_scalar();
    EXPECT_TRUE(is_canonical_nonzero(next.view()));
    EXPECT_NE(hex_of(next), hex_of(first));
  }
}

}  // namespace
}  // namespace triclave::keys
