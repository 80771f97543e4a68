// New recipients or a new policy for what a capsule holds; the core, and with it every object, stays as it is.
#pragma once

#include <vector>

#include "capsule/distribute.h"
#include "capsule/record.h"
#include "triclave/keys.h"
#include "triclave/policy.h"

namespace triclave::capsule {

// `secrets`: what was opened. Returns the new record. Errors: policy_refused, invalid_argument.
Result<Bytes> rewrap(const Capsule& capsule, const std::vector<CompartmentSecret>& secrets, const Policy& to,
                     const Signer& owner);

}  // namespace triclave::capsule
