#include "capsule/recover.h"

#include <fmt/format.h>

#include "base/try.h"
#include "capsule/share_tree.h"

namespace triclave::capsule {

std::string describe(const policy::Node& node) {
  if (node.is_leaf()) return node.operator_name;
  std::string out = node.k == node.children.size() ? "all" : node.k == 1 ? "any" : fmt::format("{} of ", node.k);
  std::string_view separator = "(";
  for (const policy::Node& child : node.children) {
    out += separator;
    out += describe(child);
    separator = ", ";
  }
  return out + ")";
}

std::string describe_need(const Capsule& capsule, const WrapCompartment& compartment) {
  return fmt::format("compartment {} of capsule {} needs {}", compartment.name, short_id(capsule.id),
                     describe(compartment.policy.tree));
}

Result<Recovered> recover(const Capsule& capsule, const WrapCompartment& compartment,
                          std::span<const keys::Scalar* const> known) {
  const auto wrong = [&](std::string_view why) {
    return fail(
        ErrorKind::forged,
        fmt::format("{}, but the shares {}: its producer dealt them wrong; do not trust this capsule",
                    describe_need(capsule, compartment), why),
        {{"the capsule's producer " + short_id(capsule.core.producer), "dealt shares that do not fit together"}});
  };
  //= SPEC ENC-05
  for (const keys::Scalar* share : known)
    if (share != nullptr && !keys::is_canonical_nonzero(share->view()))
      return wrong("are not scalars between 1 and the order");
  auto combined = combine_along(known, compartment.policy.tree);
  if (!combined) return wrong("contradict one another");
  if (!*combined)
    return fail(ErrorKind::quorum_short, describe_need(capsule, compartment) + ", and too few recipients answered");
  keys::Scalar secret = std::move(**combined);
  const CoreCompartment& expected = *capsule.core.find(compartment.name);
  DataKey derived = data_key(secret, capsule.core.salt, capsule.core.producer, capsule.core.dataset, compartment.name);
  //= SPEC CAP-04
  if (!equal_constant_time(derived.check, expected.check))
    return wrong("give another secret than the core's check says");
  return Recovered{std::move(secret), std::move(derived.key)};
}

}  // namespace triclave::capsule
