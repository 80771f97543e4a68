// Making a wrap: secrets are split along their policies' trees, and each share is masked for its recipient. Needs
// public keys alone.
#pragma once

#include <string>
#include <vector>

#include "capsule/wrap.h"
#include "keys/shamir.h"
#include "triclave/policy.h"

namespace triclave::capsule {

// A compartment's secret, to be wrapped under the policy of the same name.
struct CompartmentSecret {
  std::string name;
  keys::Scalar secret;
};

// Errors: invalid_argument (a compartment or a recipient's key that the policy lacks, a recipient in `former`, over the
// limits).
Result<Wrap> make_wrap(const Id& capsule_id, std::uint32_t generation, const std::vector<CompartmentSecret>& secrets,
                       const Policy& policy, std::vector<Id> former);

}  // namespace triclave::capsule
