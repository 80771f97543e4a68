// Policy files, as people write them, without key files at hand: what is accepted can be explained.
#include <chrono>
#include <nlohmann/json.hpp>

#include "base/names.h"
#include "harness.h"
#include "triclave/policy.h"

using namespace triclave;

FUZZ_TARGET(input) {
  const auto policy = Policy::parse(as_text(input), "input", "/nonexistent");
  if (!policy) {
    REQUIRE(fuzz::is_one_of(policy.error(), {ErrorKind::malformed, ErrorKind::unsupported}));
    return REQUIRE(policy.error().message.starts_with("input:"));
  }
  REQUIRE(is_name(policy->dataset()) && !policy->compartments().empty());
  const std::chrono::sys_days day = std::chrono::year(2026) / 6 / 1;
  const Explanation explained = policy->explain(day);
  REQUIRE(explained.compartments.size() == policy->compartments().size());
  for (const auto& each : explained.compartments) {
    REQUIRE(is_name(each.name) && !each.may_seal);
    REQUIRE(each.coalitions.smallest > 0 || each.coalitions.listed == std::vector<std::vector<std::string>>{{}});
    const auto refused = policy->check_sealing(each.name, day);
    REQUIRE(!refused && fuzz::is_one_of(refused.error(), {ErrorKind::policy_refused, ErrorKind::invalid_argument}));
    REQUIRE(!policy->compartment_policy(each.name));
  }
  REQUIRE(!explained.to_text().empty());
  REQUIRE(nlohmann::json::parse(explained.to_json())["compartments"].size() == explained.compartments.size());
}
