#include "policy/tree.h"

#include <gtest/gtest.h>

#include <set>

#include "unit/policy/trees.h"

namespace triclave::policy {
namespace {

using testing::all;
using testing::any;
using testing::leaf;
using testing::some;

bool satisfied_by(const Node& tree, const std::set<std::string>& operators) {
  return satisfied(tree, [&](const LeafAt& at) { return operators.contains(at.operator_name); });
}

TEST(Tree, ListsLeavesInWrittenOrderWithTheirPaths) {
  const auto found = leaves(all({leaf(1), some(2, {leaf(2), leaf(3), any({leaf(4)})})}));
  ASSERT_EQ(found.size(), 4u);
  EXPECT_EQ(found[0].path, (Bytes{1}));
  EXPECT_EQ(found[1].path, (Bytes{2, 1}));
  EXPECT_EQ(found[2].path, (Bytes{2, 2}));
  EXPECT_EQ(found[3].path, (Bytes{2, 3, 1}));
  EXPECT_EQ(found[3].operator_name, "op4");
  EXPECT_EQ(found[3].key_id, testing::key(4));
}

TEST(Tree, ALeafAloneHasAnEmptyPath) {
  const auto found = leaves(leaf(7));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_TRUE(found[0].path.empty());
}

TEST(Tree, IsSatisfiedByItsThresholdsOnly) {
  const Node tree = all({leaf(1), some(2, {leaf(2), leaf(3), leaf(4)})});
  EXPECT_TRUE(satisfied_by(tree, {"op1", "op2", "op4"}));
  EXPECT_FALSE(satisfied_by(tree, {"op1", "op2"}));
  EXPECT_FALSE(satisfied_by(tree, {"op2", "op3", "op4"}));
  EXPECT_FALSE(satisfied_by(tree, {}));
}

TEST(Tree, AsksForEachLeafOnceAndInOrder) {
  std::vector<Bytes> asked;
  const Node tree = any({leaf(1), all({leaf(2), leaf(3)})});
  EXPECT_TRUE(satisfied(tree, [&](const LeafAt& at) {
    asked.push_back(at.path);
    return true;
  }));
  EXPECT_EQ(asked, (std::vector<Bytes>{{1}, {2, 1}, {2, 2}}));
}

TEST(Tree, DualSwapsAndWithOr) {
  const Node turned = dual(all({leaf(1), some(2, {leaf(2), leaf(3), leaf(4)}), any({leaf(5), leaf(6)})}));
  EXPECT_EQ(turned.k, 1u);
  EXPECT_EQ(turned.children[1].k, 2u);
  EXPECT_EQ(turned.children[2].k, 2u);
  EXPECT_EQ(turned.children[0].key_id, testing::key(1));
}

// Losing a set of leaves makes a tree unsatisfiable exactly where that set satisfies the dual.
TEST(Tree, DualTellsWhichLossesAreFatal) {
  const Node tree = any({leaf(1), some(2, {leaf(2), leaf(3), all({leaf(4), leaf(5)})})});
  for (unsigned lost = 0; lost < 32; ++lost) {
    std::set<std::string> gone, kept;
    for (unsigned i = 1; i <= 5; ++i) ((lost >> (i - 1) & 1) != 0 ? gone : kept).insert("op" + std::to_string(i));
    EXPECT_EQ(satisfied_by(dual(tree), gone), !satisfied_by(tree, kept)) << lost;
  }
}

}  // namespace
}  // namespace triclave::policy
