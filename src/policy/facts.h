// What a policy file states of a recipient, checked.
#pragma once

#include "policy/policy_text.h"
#include "triclave/explanation.h"

namespace triclave::policy {

// All of an entry but its key. Errors, with their place: malformed.
Result<RecipientFacts> read_facts(const v1::RegistryEntry& entry, const Place& place);

}  // namespace triclave::policy
