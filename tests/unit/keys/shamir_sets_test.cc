// split and combine over every set of shares, not over chosen ones.
#include <bit>
#include <random>

#include "keys/shamir.h"
#include "support/result.h"
#include "unit/keys/vectors.h"

namespace triclave::keys {
namespace {

using testing::hex_of;

std::vector<Share> subset(const std::vector<Scalar>& shares, unsigned mask) {
  std::vector<Share> out;
  for (unsigned i = 0; i < shares.size(); ++i)
    if ((mask >> i & 1) != 0) out.push_back({static_cast<std::uint8_t>(i + 1), &shares[i]});
  return out;
}

class EverySet : public ::testing::TestWithParam<std::pair<unsigned, unsigned>> {};

TEST_P(EverySet, CombinesFromTheThresholdOn) {
  const auto [k, n] = GetParam();
  const Scalar secret = random_scalar();
  const auto shares = split(secret, k, n);
  ASSERT_EQ(shares.size(), n);
  for (unsigned mask = 0; mask < 1U << n; ++mask) {
    const auto combined = combine(subset(shares, mask), k);
    if (static_cast<unsigned>(std::popcount(mask)) < k) {
      EXPECT_FAILS(combined, ErrorKind::invalid_argument);
    } else {
      ASSERT_OK(combined);
      EXPECT_EQ(hex_of(*combined), hex_of(secret)) << "mask " << mask;
    }
  }
}

std::vector<std::pair<unsigned, unsigned>> up_to_five() {
  std::vector<std::pair<unsigned, unsigned>> out;
  for (unsigned n = 1; n <= 5; ++n)
    for (unsigned k = 1; k <= n; ++k) out.emplace_back(k, n);
  return out;
}
INSTANTIATE_TEST_SUITE_P(Shamir, EverySet, ::testing::ValuesIn(up_to_five()), [](const auto& each) {
  return std::to_string(each.param.first) + "of" + std::to_string(each.param.second);
});

// One share less than needed, taken for enough, gives something else: the polynomial has the degree that it should.
TEST(Shamir, GivesNothingBelowTheThreshold) {
  for (const auto& [k, n] : up_to_five()) {
    if (k == 1) continue;
    const Scalar secret = random_scalar();
    const auto shares = split(secret, k, n);
    for (unsigned mask = 0; mask < 1U << n; ++mask) {
      if (static_cast<unsigned>(std::popcount(mask)) != k - 1) continue;
      const auto combined = combine(subset(shares, mask), k - 1);
      ASSERT_OK(combined);
      EXPECT_NE(hex_of(*combined), hex_of(secret)) << k << " of " << n << ", mask " << mask;
    }
  }
}

TEST(Shamir, SplitsAndCombinesLargeRandomSets) {
  std::mt19937 choices(20251130);  // which sets; the shares themselves are drawn anew in each run
  for (int round = 0; round < 200; ++round) {
    const unsigned n = std::uniform_int_distribution<unsigned>(6, kMaxShares)(choices);
    const unsigned k = std::uniform_int_distribution<unsigned>(1, n)(choices);
    const Scalar secret = random_scalar();
    const auto shares = split(secret, k, n);
    auto all = subset(shares, (1U << n) - 1);
    std::shuffle(all.begin(), all.end(), choices);
    all.resize(std::uniform_int_distribution<std::size_t>(k, n)(choices));
    const auto combined = combine(all, k);
    ASSERT_OK(combined);
    EXPECT_EQ(hex_of(*combined), hex_of(secret)) << k << " of " << n;
  }
}

TEST(Shamir, FindsAnyWrongShareAmongTheSurplus) {
  const Scalar secret = random_scalar();
  const Scalar other = random_scalar();
  for (unsigned wrong = 0; wrong < 6; ++wrong) {
    const auto shares = split(secret, 3, 6);
    auto all = subset(shares, 0x3F);
    all[wrong].value = &other;
    EXPECT_FAILS(combine(all, 3), ErrorKind::forged);
  }
}

TEST(Shamir, DrawsNewCoefficientsEachTime) {
  const Scalar secret = random_scalar();
  const auto first = split(secret, 2, 3);
  const auto second = split(secret, 2, 3);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NE(hex_of(first[i]), hex_of(second[i]));
}

TEST(Shamir, OneOfManyIsTheSecretItself) {
  const Scalar secret = random_scalar();
  for (const Scalar& share : split(secret, 1, 4)) EXPECT_EQ(hex_of(share), hex_of(secret));
}

TEST(Shamir, GivesNoSharesForCountsThatAreNone) {
  const Scalar secret = random_scalar();
  EXPECT_TRUE(split(secret, 0, 3).empty());
  EXPECT_TRUE(split(secret, 4, 3).empty());
  EXPECT_TRUE(split(secret, 2, 17).empty());
  EXPECT_TRUE(split(secret, 0, 0).empty());
}

}  // namespace
}  // namespace triclave::keys
