// From verified shares to a data key: combine, derive, compare (SPEC.md sections 5 and 6).
#pragma once

#include "capsule/derive.h"
#include "capsule/gather.h"

namespace triclave::capsule {

struct Recovered {
  keys::Scalar secret;
  Secret<32> key;
};

// `known`: one share for each leaf of the compartment's tree, null where unknown. Errors: quorum_short (without
// culprits), forged (the producer dealt wrong shares).
Result<Recovered> recover(const Capsule& capsule, const WrapCompartment& compartment,
                          std::span<const keys::Scalar* const> known);

// "compartment clinical of capsule 0123456789abcdef needs all(hospital, 2 of (outscale, ovh, orange))".
std::string describe_need(const Capsule& capsule, const WrapCompartment& compartment);

// The tree in words, leaves as operators.
std::string describe(const policy::Node& node);

}  // namespace triclave::capsule
