// The access tree of a compartment: thresholds over recipients. AND is n of n, OR is 1 of n.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "triclave/bytes.h"

namespace triclave::policy {

inline constexpr std::size_t kMaxLevels = 8;     // nodes on the longest way from the root to a leaf
inline constexpr std::size_t kMaxLeaves = 64;    // of one tree
inline constexpr std::size_t kMaxChildren = 16;  // of one node

struct Node {
  Id key_id{};  // of a leaf
  std::string operator_name;
  unsigned k = 0;  // of a threshold: 1 <= k <= n <= 16
  std::vector<Node> children;

  bool is_leaf() const noexcept { return children.empty(); }
};

struct LeafAt {
  Bytes path;  // one u8 per level below the root: the child to follow, from 1; empty for a leaf that is the root
  Id key_id{};
  std::string operator_name;
};

// In the order in which the tree is written.
std::vector<LeafAt> leaves(const Node& root);

// Whether the leaves for which `holds` is true satisfy the tree. Asks for each leaf once, in written order.
bool satisfied(const Node& root, const std::function<bool(const LeafAt&)>& holds);

// The tree that is satisfied by exactly those sets of leaves whose loss leaves `root` unsatisfiable: k of n becomes
// n - k + 1 of n. Leaves keep their places.
Node dual(const Node& root);

}  // namespace triclave::policy
