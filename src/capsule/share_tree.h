// Shamir along a policy's tree (SPEC.md section 5).
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "keys/shamir.h"
#include "policy/tree.h"
#include "triclave/error.h"

namespace triclave::capsule {

// A share for every leaf, in written order.
std::vector<keys::Scalar> split_along(const keys::Scalar& secret, const policy::Node& root);

// Whether the shares at hand satisfy the tree; `known` as below.
bool is_satisfied(std::span<const keys::Scalar* const> known, const policy::Node& root);

// The secret from the shares at hand, one pointer for every leaf in written order, null where unknown. Empty where the
// tree is not satisfied. Errors: forged (a surplus share off the polynomial).
Result<std::optional<keys::Scalar>> combine_along(std::span<const keys::Scalar* const> known, const policy::Node& root);

}  // namespace triclave::capsule
