// Exact answers about a tree of thresholds whose leaves belong to groups that act as one: operators, or countries. A
// group may hold leaves in several subtrees, which makes the smallest coalition hard to find in general; here a tree
// has at most 64 leaves, so branch and bound over the groups that stand more than once ends quickly. What it may cost
// is bounded all the same, and an answer that would cost more is an error, never a guess.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "policy/tree.h"
#include "triclave/error.h"

namespace triclave::policy {

// Evaluations of a tree (some two microseconds each) that one policy file may cost.
struct Work {
  std::uint64_t left = 1u << 21;
};

// The same for one list of coalitions, which may end early.
inline constexpr Work kListingWork{1u << 14};

// A set of groups, by number.
using Groups = std::uint64_t;

class CoalitionTree {
 public:
  static constexpr int kAlways = -1;  // a leaf that everybody holds
  static constexpr int kNever = -2;   // a leaf that nobody ever holds

  // `group_of_leaf`: for each leaf in written order 0 .. 63, kAlways or kNever. The tree keeps check_tree's limits.
  CoalitionTree(const Node& tree, const std::vector<int>& group_of_leaf);

  bool opens(Groups groups) const;

  // How many groups the smallest set that opens has; empty where no set does. Errors: unsupported (too much work).
  Result<std::optional<unsigned>> smallest(Work& work) const;

  struct Listing {
    std::vector<Groups> sets;  // minimal: without any one of its groups a set does not open; smallest first
    bool complete = true;      // no other minimal set exists
  };
  // At most `most` of the minimal sets. Ends early, incomplete, where it would cost too much.
  Listing minimal(std::size_t most, Work work) const;

 private:
  struct Step {                         // a node, children before their parents
    int group = 0;                      // of a leaf
    std::size_t k = 0;                  // of a threshold
    std::vector<std::size_t> children;  // positions of a threshold's children
  };
  struct Bound;
  struct Search;

  std::size_t flatten(const Node& node, std::vector<int>::const_iterator& group);
  Bound bound(Groups in, Groups out) const;

  std::vector<Step> steps_;      // the root stands last
  std::vector<unsigned> times_;  // how many leaves each group has
};

}  // namespace triclave::policy
