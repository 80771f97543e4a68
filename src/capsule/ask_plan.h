// Whom to ask for masks next: no more recipients than the policy needs, and others only where these fail or tarry. Every
// release is logged, counts against its permit, and can never be undone by destroying a key.
#pragma once

#include <cstdint>
#include <vector>

#include "policy/tree.h"

namespace triclave::capsule {

enum class AskState : std::uint8_t {
  unasked,
  waiting,
  overdue,  // asked, and silent for so long that others are asked in its place
  answered,
  failed,
};

// What one compartment needs.
struct Goal {
  const policy::Node* tree = nullptr;
  std::vector<std::vector<std::size_t>> questions;  // for each leaf in written order: who can answer for it, by number
};

// The questions, by number, to ask now so that their answers, with those that are here or awaited, satisfy every goal
// that can still be satisfied: none of them superfluous, and those with low numbers first. Where goals cannot be satisfied
// without what is overdue, as little of that as possible is counted on.
std::vector<std::size_t> ask_next(const std::vector<Goal>& goals, const std::vector<AskState>& states);

}  // namespace triclave::capsule
