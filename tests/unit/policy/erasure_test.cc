#include "policy/erasure.h"

#include <gtest/gtest.h>

#include <bit>
#include <random>
#include <set>

#include "policy/compartment_policy.h"
#include "unit/policy/trees.h"

namespace triclave::policy {
namespace {

using enum LeafState;
using testing::all;
using testing::any;
using testing::key;
using testing::leaf;
using testing::some;

TEST(Erasure, AllDiesWithOneOfItsChildren) {
  const Node tree = all({leaf(1), some(2, {leaf(2), leaf(3), leaf(4)})});
  EXPECT_TRUE(vitality(tree, {dead, held, held, held}).dead);
  EXPECT_TRUE(vitality(tree, {held, dead, dead, held}).dead);
  const Vitality one = vitality(tree, {held, dead, held, held});
  EXPECT_FALSE(one.dead);
  EXPECT_EQ(one.living.coalitions, (std::vector<std::vector<Id>>{{key(1), key(3), key(4)}}));
}

TEST(Erasure, AnyLivesAsLongAsOneOfItsChildren) {
  const Node tree = any({leaf(1), some(2, {leaf(2), leaf(3), leaf(4)})});
  EXPECT_FALSE(vitality(tree, {held, dead, dead, held}).dead);
  EXPECT_FALSE(vitality(tree, {dead, dead, held, held}).dead);
  EXPECT_TRUE(vitality(tree, {dead, dead, dead, held}).dead);
}

TEST(Erasure, WhatWasReleasedLivesOnWithoutItsKey) {
  const Node tree = some(2, {leaf(1), leaf(2), leaf(3)});
  EXPECT_TRUE(vitality(tree, {released, dead, dead}).dead);
  const Vitality with_one = vitality(tree, {released, held, dead});
  EXPECT_FALSE(with_one.dead);
  EXPECT_EQ(with_one.living.coalitions, (std::vector<std::vector<Id>>{{key(2)}}));
  const Vitality alone = vitality(tree, {released, released, dead});
  EXPECT_FALSE(alone.dead);
  EXPECT_EQ(alone.living.coalitions, (std::vector<std::vector<Id>>{{}}));  // nobody's key is needed
}

TEST(Erasure, AClassicalLeafNeverDiesToAQuantumAttacker) {
  const Node tree = all({leaf(1), leaf(2)});
  const Vitality owner_alone = vitality(tree, {classical, held});
  EXPECT_TRUE(owner_alone.dead);
  EXPECT_FALSE(owner_alone.quantum_dead);
  const Vitality both = vitality(tree, {classical, dead});
  EXPECT_TRUE(both.dead);
  EXPECT_TRUE(both.quantum_dead);
}

// At most 10 leaves of at most 6 keys, so that keys stand at several leaves.
struct RandomRule {
  explicit RandomRule(std::uint32_t seed) : random(seed) {
    do {
      left = 10;
      tree = node(1);
    } while (!check_tree(tree) || tree.is_leaf());
  }
  unsigned below(unsigned limit) { return std::uniform_int_distribution<unsigned>(0, limit - 1)(random); }
  Node node(unsigned level) {
    if (level > 1 && (level == 5 || left < 2 || below(3) == 0)) {
      if (left > 0) --left;
      return leaf(static_cast<std::uint8_t>(below(6)));
    }
    Node out;
    for (unsigned n = 1 + below(4); out.children.size() < n;) out.children.push_back(node(level + 1));
    out.k = 1 + below(static_cast<unsigned>(out.children.size()));
    return out;
  }
  std::mt19937 random;
  unsigned left = 0;
  Node tree;
};

// Dead is what no set of survivors opens: every subset of the held keys is tried, with what was released.
TEST(Erasure, AgreesWithAllSurvivorsOnRandomTrees) {
  std::size_t dead_trees = 0, living_trees = 0;
  for (std::uint32_t seed = 0; seed < 3000 && !HasFailure(); ++seed) {
    RandomRule made(seed);
    std::vector<LeafState> of_key, states;
    for (unsigned i = 0; i < 6; ++i) of_key.push_back(static_cast<LeafState>(made.below(4)));
    const auto places = leaves(made.tree);
    // A mask may have been released for one of a key's leaves and not for another.
    for (const LeafAt& at : places) {
      const LeafState state = of_key[at.key_id[0]];
      states.push_back(state == released && made.below(2) == 0 ? dead : state);
    }
    const auto opens = [&](unsigned holders, bool quantum) {
      std::size_t i = 0;
      return satisfied(made.tree, [&](const LeafAt& at) {
        const LeafState state = states[i++];
        return state == released || (state == held && (holders >> at.key_id[0] & 1) != 0) ||
               (quantum && state == classical);
      });
    };
    bool somebody = false, somebody_quantum = false;
    std::set<std::set<Id>> minimal;
    for (unsigned holders = 0; holders < 64; ++holders) {
      somebody_quantum = somebody_quantum || opens(holders, true);
      if (!opens(holders, false)) continue;
      somebody = true;
      bool is_minimal = true;
      std::set<Id> keys;
      for (unsigned i = 0; i < 6; ++i) {
        if ((holders >> i & 1) == 0) continue;
        is_minimal = is_minimal && !opens(holders & ~(1u << i), false);
        keys.insert(key(static_cast<std::uint8_t>(i)));
      }
      if (is_minimal) minimal.insert(keys);
    }
    const Vitality found = vitality(made.tree, states);
    EXPECT_EQ(found.dead, !somebody) << seed;
    EXPECT_EQ(found.quantum_dead, !somebody_quantum) << seed;
    std::set<std::set<Id>> listed;
    for (const auto& each : found.living.coalitions) listed.insert({each.begin(), each.end()});
    if (found.living.complete)
      EXPECT_EQ(listed, minimal) << seed;
    else
      EXPECT_TRUE(std::includes(minimal.begin(), minimal.end(), listed.begin(), listed.end())) << seed;
    ++(found.dead ? dead_trees : living_trees);
  }
  EXPECT_GT(dead_trees, 300u);
  EXPECT_GT(living_trees, 300u);
}

}  // namespace
}  // namespace triclave::policy
