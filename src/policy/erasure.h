// When can nobody open a tree any more? A set of leaves whose loss leaves a tree unsatisfiable is one that satisfies its
// dual (tree.h); here leaves are lost because their keys are destroyed.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "policy/tree.h"

namespace triclave::policy {

enum class LeafState : std::uint8_t {
  held,       // its key may live
  released,   // its key is destroyed, but its mask was given away before, and whoever got it may have kept it
  classical,  // its key is destroyed and its mask was never released, but a quantum attacker needs neither
  dead,       // its key is destroyed, its mask was never released, its KEM stands
};

// Who could open what is not dead: keys that together satisfy the tree with what was released.
struct Living {
  std::vector<std::vector<Id>> coalitions;  // minimal, smallest first; an empty one: what was released is enough
  bool complete = true;                     // no other minimal coalition exists
};

struct Vitality {
  bool dead = false;          // to everybody who has no quantum computer
  bool quantum_dead = false;  // to those, too
  Living living;              // empty where dead
};

// `states`: one for each leaf, in written order. The tree keeps check_tree's limits.
Vitality vitality(const Node& tree, const std::vector<LeafState>& states);

}  // namespace triclave::policy
