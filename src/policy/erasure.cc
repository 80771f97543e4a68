#include "policy/erasure.h"

#include <map>

#include "policy/coalitions.h"

namespace triclave::policy {
namespace {

constexpr std::size_t kMaxListed = 8;

//= SPEC ERA-06
bool is_dead(const Node& dual_tree, const std::vector<LeafState>& states, bool quantum_attacker) {
  std::size_t leaf = 0;
  return satisfied(dual_tree, [&](const LeafAt&) {
    const LeafState state = states[leaf++];
    return state == LeafState::dead || (state == LeafState::classical && !quantum_attacker);
  });
}

// One group a key, wherever it stands in the tree.
Living living(const Node& tree, const std::vector<LeafState>& states) {
  std::map<Id, int> number_of;
  std::vector<Id> keys;
  std::vector<int> groups;
  const auto places = leaves(tree);
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (states[i] != LeafState::held) {
      groups.push_back(states[i] == LeafState::released ? CoalitionTree::kAlways : CoalitionTree::kNever);
      continue;
    }
    const auto [at, is_new] = number_of.emplace(places[i].key_id, static_cast<int>(keys.size()));
    if (is_new) keys.push_back(places[i].key_id);
    groups.push_back(at->second);
  }
  const auto listing = CoalitionTree(tree, groups).minimal(kMaxListed, kListingWork);
  Living out{{}, listing.complete};
  for (const Groups set : listing.sets) {
    std::vector<Id> coalition;
    for (std::size_t i = 0; i < keys.size(); ++i)
      if ((set >> i & 1) != 0) coalition.push_back(keys[i]);
    out.coalitions.push_back(std::move(coalition));
  }
  return out;
}

}  // namespace

Vitality vitality(const Node& tree, const std::vector<LeafState>& states) {
  const Node turned = dual(tree);
  Vitality out{is_dead(turned, states, false), is_dead(turned, states, true), {}};
  if (!out.dead) out.living = living(tree, states);
  return out;
}

}  // namespace triclave::policy
