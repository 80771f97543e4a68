#include "capsule/ask_plan.h"

#include <algorithm>

namespace triclave::capsule {
namespace {

using Counted = std::vector<bool>;  // by question: whether its answer is counted on

bool reaches(const Goal& goal, const Counted& counted) {
  std::size_t leaf = 0;
  return policy::satisfied(*goal.tree, [&](const policy::LeafAt&) {
    const auto& questions = goal.questions[leaf++];
    return std::any_of(questions.begin(), questions.end(), [&](std::size_t each) { return counted[each]; });
  });
}

// Adds to `counted` unasked questions that make it reach every goal that it can reach with them.
void add_unasked(const std::vector<Goal>& goals, const std::vector<AskState>& states, Counted& counted) {
  Counted chosen = counted;
  for (std::size_t i = 0; i < states.size(); ++i)
    if (states[i] == AskState::unasked) chosen[i] = true;
  std::vector<const Goal*> in_reach;
  for (const Goal& each : goals)
    if (reaches(each, chosen)) in_reach.push_back(&each);
  for (std::size_t i = states.size(); i-- > 0;) {
    if (!chosen[i] || counted[i]) continue;
    chosen[i] = false;
    if (!std::all_of(in_reach.begin(), in_reach.end(), [&](const Goal* each) { return reaches(*each, chosen); }))
      chosen[i] = true;
  }
  counted = std::move(chosen);
}

}  // namespace

std::vector<std::size_t> ask_next(const std::vector<Goal>& goals, const std::vector<AskState>& states) {
  Counted counted(states.size());
  for (std::size_t i = 0; i < states.size(); ++i)
    counted[i] = states[i] == AskState::answered || states[i] == AskState::waiting;
  add_unasked(goals, states, counted);
  // As many spares as there are, up to one for each that is overdue.
  for (std::size_t i = 0; i < states.size(); ++i) {
    if (states[i] != AskState::overdue) continue;
    counted[i] = true;
    add_unasked(goals, states, counted);
  }
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < states.size(); ++i)
    if (counted[i] && states[i] == AskState::unasked) out.push_back(i);
  return out;
}

}  // namespace triclave::capsule
