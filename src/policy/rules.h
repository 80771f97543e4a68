// Rules as policy files write them: for the whole file and for single compartments.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "policy/compartment_policy.h"
#include "policy/policy_text.h"

namespace triclave::policy {

// Errors, with their place: malformed.
Result<Rules> read_rules(const v1::Rules& stated, const Place& place);

// A date in the field `expires` of `place`, empty where it is not written. Errors, with their place: malformed.
Result<std::optional<std::chrono::sys_days>> read_expiry(const std::string& date, const Place& place);

// What keeps both: lists joined, the stricter region and numbers. Empty where no country lies in both regions.
std::optional<Rules> merge(const Rules& a, const Rules& b);

}  // namespace triclave::policy
