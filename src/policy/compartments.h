// The compartments of a policy file, their rules joined with the file's own.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "policy/access.h"
#include "policy/compartment_policy.h"
#include "policy/policy_text.h"
#include "policy/registry.h"

namespace triclave::policy {

struct Compartment {
  std::string name;
  Access access;
  Node tree;                                     // as access says; key ids are 0 where a key file is missing
  std::vector<std::size_t> recipients;           // of each leaf in written order, by position in the registry
  Rules rules;                                   // the file's and its own
  std::optional<std::chrono::sys_days> expires;  // the last day
  std::optional<std::size_t> authority;          // by position in the registry
  std::vector<std::string> columns;              // of tables: names and patterns
};

// Errors, with their place: malformed.
Result<std::vector<Compartment>> read_compartments(const PolicyText& text, const Registry& registry);

}  // namespace triclave::policy
