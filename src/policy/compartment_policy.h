// The policy of one compartment as a capsule carries it: SPEC.md, "Policy". Its bytes are bound into every mask.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "policy/tree.h"
#include "triclave/bytes.h"
#include "triclave/error.h"

namespace triclave::policy {

inline constexpr std::size_t kMaxPolicySize = 16 * 1024;

struct Rules {
  std::vector<std::string> deny_coalition;  // ISO 3166-1 alpha-2 codes of jurisdictions
  std::vector<std::string> require_label;
  std::string region;  // "EEA", a country's code, or empty: anywhere
  std::uint32_t min_operators = 0;
  std::uint32_t min_countries = 0;
};

struct CompartmentPolicy {
  std::optional<Id> authority;  // signer id of who may issue permits; none: nobody
  Rules rules;
  std::uint64_t expires = 0;  // seconds since 1970, the first at which it no longer holds; 0: never
  Node tree;
};

// Errors: malformed.
Result<CompartmentPolicy> parse_compartment_policy(ByteView wire);

// The one strict encoding.
Bytes serialize_compartment_policy(const CompartmentPolicy& policy);

// What the wire asks of a tree, for trees made here, too: limits on levels, leaves, k and n; key ids and operators
// distinct among the leaves of one node. Errors: malformed.
Result<void> check_tree(const Node& root);

}  // namespace triclave::policy
