#include "capsule/share_tree.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "support/result.h"

namespace triclave::capsule {
namespace {

using keys::Scalar;
using policy::Node;

Node leaf(int number) {
  Node out;
  out.key_id[0] = static_cast<std::uint8_t>(number);
  out.operator_name = fmt::format("operator-{}", number);
  return out;
}

// A random tree of exactly `count` leaves and at most `levels` further levels.
Node random_tree(std::mt19937& random, int count, int levels, int& number) {
  if (count == 1 && (levels == 0 || random() % 2 == 0)) return leaf(number++);
  if (levels == 0) levels = 1;
  Node out;
  while (count > 0) {
    const int part = levels == 1 ? 1 : 1 + static_cast<int>(random() % static_cast<unsigned>(count));
    out.children.push_back(random_tree(random, part, levels - 1, number));
    count -= part;
  }
  out.k = 1 + static_cast<unsigned>(random() % out.children.size());
  return out;
}

std::vector<const Scalar*> subset_of(const std::vector<Scalar>& shares, unsigned subset) {
  std::vector<const Scalar*> out;
  for (std::size_t i = 0; i < shares.size(); ++i) out.push_back((subset >> i & 1) != 0 ? &shares[i] : nullptr);
  return out;
}

bool equal(const Scalar& a, const Scalar& b) { return std::ranges::equal(a.view(), b.view()); }

// A node is exact where k of its children are known: then nothing can contradict anything. A changed share must
// otherwise be noticed, as long as it is met on the way.
TEST(ShareTree, EverySubsetOpensExactlyWhereThePolicyIsSatisfied) {
  std::mt19937 random(1);
  for (int round = 0; round < 60; ++round) {
    int number = 0;
    const int count = 1 + static_cast<int>(random() % 8);
    const Node tree = random_tree(random, count, 1 + static_cast<int>(random() % 4), number);
    const Scalar secret = keys::random_scalar();
    const auto shares = split_along(secret, tree);
    ASSERT_EQ(shares.size(), policy::leaves(tree).size());
    for (unsigned subset = 0; subset < 1u << count; ++subset) {
      const auto known = subset_of(shares, subset);
      const bool met =
          policy::satisfied(tree, [&](const policy::LeafAt& at) { return (subset >> at.key_id[0] & 1) != 0; });
      EXPECT_EQ(is_satisfied(known, tree), met);
      const auto combined = combine_along(known, tree);
      ASSERT_OK(combined);
      ASSERT_EQ(combined->has_value(), met);
      EXPECT_TRUE(!met || equal(**combined, secret));
    }
  }
}

TEST(ShareTree, ASurplusShareOffThePolynomialIsForged) {  // SPL-02
  Node tree;
  tree.k = 2;
  for (int i = 0; i < 4; ++i) tree.children.push_back(leaf(i));
  const Scalar secret = keys::random_scalar();
  auto shares = split_along(secret, tree);
  shares[3] = keys::random_scalar();
  EXPECT_FAILS(combine_along(subset_of(shares, 0b1111), tree), ErrorKind::forged);
  EXPECT_FAILS(combine_along(subset_of(shares, 0b1011), tree), ErrorKind::forged);
  EXPECT_OK(combine_along(subset_of(shares, 0b0111), tree));
  // Only two known: nothing to compare with here; the core's check finds it.
  const auto wrong = combine_along(subset_of(shares, 0b1001), tree);
  ASSERT_OK(wrong);
  EXPECT_FALSE(equal(**wrong, secret));
}

TEST(ShareTree, ASurplusShareIsCheckedDeepInTheTreeToo) {
  Node inner;
  inner.k = 1;
  inner.children = {leaf(1), leaf(2)};
  Node tree;
  tree.k = 2;
  tree.children = {leaf(0), inner};
  auto shares = split_along(keys::random_scalar(), tree);
  shares[2] = keys::random_scalar();
  EXPECT_FAILS(combine_along(subset_of(shares, 0b111), tree), ErrorKind::forged);
}

TEST(ShareTree, ADisjunctionGivesTheSecretItselfAndAConjunctionNever) {
  Node any;
  any.k = 1;
  any.children = {leaf(0), leaf(1), leaf(2)};
  const Scalar secret = keys::random_scalar();
  for (const Scalar& share : split_along(secret, any)) EXPECT_TRUE(equal(share, secret));
  Node all = any;
  all.k = 3;
  for (const Scalar& share : split_along(secret, all)) EXPECT_FALSE(equal(share, secret));
}

TEST(ShareTree, EverySplitIsFresh) {  // SPL-01
  Node tree;
  tree.k = 2;
  tree.children = {leaf(0), leaf(1), leaf(2)};
  const Scalar secret = keys::random_scalar();
  const auto first = split_along(secret, tree);
  const auto second = split_along(secret, tree);
  for (std::size_t i = 0; i < first.size(); ++i) EXPECT_FALSE(equal(first[i], second[i]));
  // Shares of two splits do not mix.
  const auto mixed = combine_along(std::vector<const Scalar*>{&first[0], &second[1], nullptr}, tree);
  ASSERT_OK(mixed);
  EXPECT_FALSE(equal(**mixed, secret));
}

TEST(ShareTree, TheLargestTreeSplitsAndCombines) {  // 64 leaves, 8 levels
  Node tree;
  tree.k = 4;
  int number = 0;
  for (int i = 0; i < 4; ++i) {
    Node branch;
    branch.k = 9;
    for (int j = 0; j < 16; ++j) branch.children.push_back(leaf(number++));
    tree.children.push_back(branch);
  }
  for (int level = 2; level < 7; ++level) {  // the four branches sink
    Node above;
    above.k = 1;
    above.children = {tree};
    tree = above;
  }
  const Scalar secret = keys::random_scalar();
  const auto shares = split_along(secret, tree);
  ASSERT_EQ(shares.size(), 64u);
  std::vector<const Scalar*> all;
  for (const Scalar& each : shares) all.push_back(&each);
  const auto combined = combine_along(all, tree);
  ASSERT_OK(combined);
  EXPECT_TRUE(equal(**combined, secret));
}

}  // namespace
}  // namespace triclave::capsule
