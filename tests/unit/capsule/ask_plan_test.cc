#include "capsule/ask_plan.h"

#include <gtest/gtest.h>

#include <random>

#include "unit/policy/trees.h"

namespace triclave::capsule {
namespace {

using policy::Node;
using policy::testing::all;
using policy::testing::any;
using policy::testing::leaf;
using policy::testing::some;
using enum AskState;
using Numbers = std::vector<std::size_t>;

// Question i answers for the leaf of key i.
Goal goal(const Node& tree) {
  Goal out{&tree, {}};
  for (const policy::LeafAt& at : policy::leaves(tree)) out.questions.push_back({at.key_id[0]});
  return out;
}

TEST(AskPlan, AsksNoMoreThanAreNeededAndTheFirstFirst) {
  const Node tree = all({leaf(0), some(2, {leaf(1), leaf(2), leaf(3)})});
  EXPECT_EQ(ask_next({goal(tree)}, {unasked, unasked, unasked, unasked}), (Numbers{0, 1, 2}));
  EXPECT_EQ(ask_next({goal(tree)}, {answered, unasked, waiting, unasked}), (Numbers{1}));
  EXPECT_EQ(ask_next({goal(tree)}, {waiting, waiting, answered, unasked}), (Numbers{}));
}

TEST(AskPlan, AFailureBringsTheNextOne) {
  const Node tree = some(2, {leaf(0), leaf(1), leaf(2), leaf(3)});
  EXPECT_EQ(ask_next({goal(tree)}, {failed, waiting, unasked, unasked}), (Numbers{2}));
  EXPECT_EQ(ask_next({goal(tree)}, {failed, failed, failed, unasked}), (Numbers{}));  // hopeless
}

TEST(AskPlan, WhoIsOverdueCountsOnlyWhereNobodyElseIsThere) {
  const Node tree = some(2, {leaf(0), leaf(1), leaf(2), leaf(3)});
  EXPECT_EQ(ask_next({goal(tree)}, {overdue, answered, unasked, unasked}), (Numbers{2}));
  EXPECT_EQ(ask_next({goal(tree)}, {overdue, overdue, unasked, unasked}), (Numbers{2, 3}));
  EXPECT_EQ(ask_next({goal(tree)}, {overdue, overdue, unasked, failed}), (Numbers{2}));
  EXPECT_EQ(ask_next({goal(tree)}, {overdue, overdue, failed, failed}), (Numbers{}));
}

TEST(AskPlan, AHopelessGoalAsksForNothingAndHoldsUpNoOther) {
  const Node hopeless = all({leaf(0), leaf(1)}), other = any({leaf(2), leaf(3)});
  EXPECT_EQ(ask_next({goal(hopeless), goal(other)}, {failed, unasked, unasked, unasked}), (Numbers{2}));
}

TEST(AskPlan, SeveralGoalsShareTheirQuestions) {
  const Node one = some(2, {leaf(0), leaf(1), leaf(2)}), two = any({leaf(3), leaf(1)});
  EXPECT_EQ(ask_next({goal(one), goal(two)}, {unasked, unasked, unasked, unasked}), (Numbers{0, 1}));
}

// Whatever the states: what it asks for makes all goals that are in reach reachable, and nothing of it is superfluous.
TEST(AskPlan, HoldsItsPromiseOnRandomStates) {
  const Node one = all({leaf(0), some(2, {leaf(1), leaf(2), all({leaf(3), leaf(4)})})});
  const Node two = any({all({leaf(1), leaf(3)}), some(2, {leaf(2), leaf(4), leaf(5)})});
  const std::vector<Goal> goals = {goal(one), goal(two)};
  std::mt19937 random(6);
  for (int round = 0; round < 5000; ++round) {
    std::vector<AskState> states;
    for (int i = 0; i < 6; ++i) states.push_back(static_cast<AskState>(std::uniform_int_distribution(0, 4)(random)));
    // Of what is overdue, questions below `overdue_end` are counted on.
    const auto reached = [&](const Node& tree, const Numbers& asked, std::size_t overdue_end) {
      return policy::satisfied(tree, [&](const policy::LeafAt& at) {
        const std::size_t i = at.key_id[0];
        return states[i] == answered || states[i] == waiting || (i < overdue_end && states[i] == overdue) ||
               std::find(asked.begin(), asked.end(), i) != asked.end();
      });
    };
    Numbers open;
    for (std::size_t i = 0; i < states.size(); ++i)
      if (states[i] == unasked) open.push_back(i);
    const Numbers asked = ask_next(goals, states);
    for (const std::size_t each : asked) ASSERT_EQ(states[each], unasked);
    const auto promise = [&](const Numbers& chosen) {
      for (const Node* tree : {&one, &two})
        for (std::size_t end = 0; end <= states.size(); ++end)
          if (reached(*tree, open, end) && !reached(*tree, chosen, end)) return false;
      return true;
    };
    ASSERT_TRUE(promise(asked)) << round;
    for (const std::size_t left_out : asked) {
      Numbers fewer = asked;
      std::erase(fewer, left_out);
      ASSERT_FALSE(promise(fewer)) << round;
    }
  }
}

}  // namespace
}  // namespace triclave::capsule
