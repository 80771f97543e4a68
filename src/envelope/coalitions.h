// The smallest sets of answering recipients that open a compartment, for rehearsals.
#pragma once

#include <vector>

#include "capsule/gather.h"

namespace triclave::envelope {

// Minimal sets of key ids, among those whose shares are known, that satisfy the tree. Errors: unsupported (over 16 keys
// at hand).
Result<std::vector<std::vector<Id>>> minimal_coalitions(const capsule::CompartmentShares& shares);

// The shares that a coalition holds; the others' are left out.
std::vector<const keys::Scalar*> shares_of(const std::vector<Id>& coalition, const capsule::CompartmentShares& shares);

}  // namespace triclave::envelope
