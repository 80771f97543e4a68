#include "policy/coalitions.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <random>

#include "unit/policy/trees.h"

namespace triclave::policy {
namespace {

using testing::all;
using testing::any;
using testing::leaf;
using testing::some;

constexpr int kAlways = CoalitionTree::kAlways;
constexpr int kNever = CoalitionTree::kNever;

// Random nested trees over few groups, so that groups stand in different subtrees.
struct RandomTree {
  explicit RandomTree(std::uint32_t seed) : random(seed) { tree = node(1); }

  unsigned below(unsigned limit) { return std::uniform_int_distribution<unsigned>(0, limit - 1)(random); }
  Node node(unsigned level) {
    if (level > 1 && (level == 4 || below(3) == 0)) {
      const unsigned kind = below(20);
      groups.push_back(kind == 0 ? kAlways : kind == 1 ? kNever : static_cast<int>(below(8)));
      return leaf(static_cast<std::uint8_t>(groups.size()));
    }
    std::vector<Node> children;
    for (unsigned n = 1 + below(4); children.size() < n;) children.push_back(node(level + 1));
    const unsigned k = 1 + below(static_cast<unsigned>(children.size()));
    return some(k, std::move(children));
  }

  std::mt19937 random;
  std::vector<int> groups;
  Node tree;
};

// The definition, by tree.h alone.
bool opens(const RandomTree& made, Groups set) {
  std::size_t next = 0;
  return satisfied(made.tree, [&](const LeafAt&) {
    const int group = made.groups[next++];
    return group == kAlways || (group >= 0 && (set >> group & 1) != 0);
  });
}

TEST(Coalitions, AgreeWithAllSubsetsOnRandomTrees) {
  Work work{1u << 30};
  int trees_with_repeats = 0, unsatisfiable = 0;
  for (std::uint32_t seed = 0; seed < 3000; ++seed) {
    const RandomTree made(seed);
    const CoalitionTree tree(made.tree, made.groups);
    std::vector<Groups> minimal;
    std::optional<unsigned> smallest;
    for (Groups set = 0; set < 256; ++set) {
      const bool expected = opens(made, set);
      ASSERT_EQ(tree.opens(set), expected) << seed << " " << set;
      if (!expected) continue;
      const auto size = static_cast<unsigned>(std::popcount(set));
      smallest = std::min(smallest.value_or(64), size);
      bool is_minimal = true;
      for (int group = 0; group < 8; ++group)
        if ((set >> group & 1) != 0 && opens(made, set & ~(Groups{1} << group))) is_minimal = false;
      if (is_minimal) minimal.push_back(set);
    }
    const auto found = tree.smallest(work);
    ASSERT_TRUE(found);
    ASSERT_EQ(*found, smallest) << seed;
    auto listing = tree.minimal(1000, work);
    ASSERT_TRUE(listing.complete);
    ASSERT_TRUE(std::is_sorted(listing.sets.begin(), listing.sets.end(),
                               [](Groups a, Groups b) { return std::popcount(a) < std::popcount(b); }));
    std::sort(listing.sets.begin(), listing.sets.end());
    ASSERT_EQ(listing.sets, minimal) << seed;

    std::vector<int> counted = made.groups;
    std::sort(counted.begin(), counted.end());
    trees_with_repeats += std::adjacent_find(counted.begin(), counted.end()) != counted.end() ? 1 : 0;
    unsatisfiable += smallest ? 0 : 1;
  }
  EXPECT_GE(trees_with_repeats, 2000);  // else this test looks at the easy half only
  EXPECT_GT(unsatisfiable, 0);
}

// How many groups may be lost is the dual's smallest set, minus one.
TEST(Coalitions, LossesAgreeWithAllSubsetsOnRandomTrees) {
  Work work{1u << 30};
  for (std::uint32_t seed = 0; seed < 2000; ++seed) {
    RandomTree made(seed);
    for (int& group : made.groups) group = group < 0 ? 0 : group;
    std::optional<unsigned> fatal;
    for (Groups lost = 0; lost < 256; ++lost)
      if (!opens(made, ~lost)) fatal = std::min(fatal.value_or(64), static_cast<unsigned>(std::popcount(lost)));
    const auto found = CoalitionTree(dual(made.tree), made.groups).smallest(work);
    ASSERT_TRUE(found);
    ASSERT_EQ(*found, fatal) << seed;
  }
}

std::vector<Node> leaves_from(int first, int count) {
  std::vector<Node> out;
  for (int i = 0; i < count; ++i) out.push_back(leaf(static_cast<std::uint8_t>(first + i)));
  return out;
}

std::vector<int> numbers(int count) {
  std::vector<int> out;
  for (int i = 0; i < count; ++i) out.push_back(i);
  return out;
}

TEST(Coalitions, ListsNoMoreThanAsked) {
  const CoalitionTree tree(some(8, leaves_from(0, 16)), numbers(16));  // 12,870 minimal sets
  Work work;
  const auto listing = tree.minimal(64, work);
  EXPECT_EQ(listing.sets.size(), 64u);
  EXPECT_FALSE(listing.complete);
  EXPECT_EQ(**tree.smallest(work), 8u);
}

TEST(Coalitions, AFullListIsComplete) {
  const CoalitionTree tree(some(2, leaves_from(0, 3)), numbers(3));
  EXPECT_TRUE(tree.minimal(3, {}).complete);
  EXPECT_FALSE(tree.minimal(2, {}).complete);
}

TEST(Coalitions, SixtyFourOperatorsAreNoTrouble) {
  std::vector<Node> groups;
  for (int i = 0; i < 4; ++i) groups.push_back(some(9, leaves_from(16 * i, 16)));
  const CoalitionTree tree(some(3, std::move(groups)), numbers(64));
  Work work;
  EXPECT_EQ(**tree.smallest(work), 27u);
  EXPECT_GT(work.left, (1u << 21) - 10u);  // no group stands twice, so the first bound is exact
}

// Each leaf pair is an edge of a random graph: the smallest coalition is its smallest vertex cover.
TEST(Coalitions, IntricateTreesStayWithinTheWork) {
  std::mt19937 random(7);
  Work work;
  for (int round = 0; round < 20; ++round) {
    std::vector<Node> blocks;
    std::vector<int> groups;
    for (int b = 0; b < 2; ++b) {
      std::vector<Node> edges;
      for (int e = 0; e < 16; ++e) {
        const int from = static_cast<int>(random() % 20);
        groups.push_back(from);
        groups.push_back((from + 1 + static_cast<int>(random() % 19)) % 20);
        edges.push_back(any(leaves_from(0, 2)));
      }
      blocks.push_back(all(std::move(edges)));
    }
    const CoalitionTree tree(all(std::move(blocks)), groups);
    const auto smallest = tree.smallest(work);
    ASSERT_TRUE(smallest) << round;
    EXPECT_TRUE(tree.minimal(1, {}).sets.size() == 1 &&
                std::popcount(tree.minimal(1, {}).sets[0]) == static_cast<int>(**smallest));
  }
}

TEST(Coalitions, TooMuchWorkIsAnErrorAndNoGuess) {
  const CoalitionTree tree(all({any({leaf(1), leaf(2)}), any({leaf(3), leaf(4)})}), {0, 1, 1, 0});
  Work work{1};
  const auto smallest = tree.smallest(work);
  ASSERT_FALSE(smallest);
  EXPECT_EQ(smallest.error().kind, ErrorKind::unsupported);
  EXPECT_FALSE(tree.minimal(64, Work{1}).complete);
}

TEST(Coalitions, WhatEverybodyHoldsNeedsNobody) {
  const CoalitionTree tree(any({leaf(1), leaf(2)}), {kAlways, 0});
  Work work;
  EXPECT_TRUE(tree.opens(0));
  EXPECT_EQ(**tree.smallest(work), 0u);
  EXPECT_EQ(tree.minimal(64, work).sets, std::vector<Groups>{0});
}

TEST(Coalitions, WhatNobodyHoldsOpensForNobody) {
  const CoalitionTree tree(all({leaf(1), leaf(2)}), {kNever, 0});
  Work work;
  EXPECT_EQ(*tree.smallest(work), std::nullopt);
  EXPECT_TRUE(tree.minimal(64, work).sets.empty());
  EXPECT_TRUE(tree.minimal(64, work).complete);
}

}  // namespace
}  // namespace triclave::policy
