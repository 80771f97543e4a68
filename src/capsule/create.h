// A new capsule: secrets, core and the first wrap, signed by the producer.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "triclave/bytes.h"
#include "triclave/keys.h"
#include "triclave/policy.h"

namespace triclave::capsule {

struct CompartmentKey {
  std::string name;
  Secret<32> key;  // K_c
};

struct NewCapsule {
  Id id;
  Bytes record;
  std::vector<CompartmentKey> keys;
};

// Errors: policy_refused (a rule fails), invalid_argument (unknown compartment, missing key files, not a trusted
// producer).
Result<NewCapsule> create_capsule(const Policy& policy, const Signer& producer,
                                  std::span<const std::string> compartments);

}  // namespace triclave::capsule
