// Where a registered custodian is asked, and by what its log is known.
#pragma once

#include "policy/policy_text.h"
#include "triclave/explanation.h"

namespace triclave::policy {

// Into `out`. Errors, with their place: malformed.
Result<void> read_address(const v1::RegistryEntry& entry, const Place& place, RecipientFacts& out);

}  // namespace triclave::policy
