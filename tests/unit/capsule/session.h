// A world with one capsule in it, for tests of what is done with capsules.
#pragma once

#include <gmock/gmock.h>

#include "capsule/create.h"
#include "capsule/gather.h"
#include "capsule/record.h"
#include "capsule/recover.h"
#include "support/forge.h"
#include "support/providers.h"
#include "support/result.h"
#include "support/world.h"

namespace triclave::capsule {

using Owned = std::vector<std::unique_ptr<MaskProvider>>;
using Names = std::vector<std::string>;

class Session : public ::testing::Test {
 protected:
  explicit Session(const testing::Access& access = {}) : policy(world.policy(access)) {}

  const Signer& producer() const { return world.signer("pipeline"); }
  const Signer& owner() const { return world.signer("hospital"); }

  static NewCapsule create(const Policy& policy, const Signer& producer) {
    const auto names = policy.compartments();
    auto made = create_capsule(policy, producer, names);
    EXPECT_OK(made);
    return std::move(*made);
  }

  Capsule parsed() const { return parse_capsule(fresh.record).value(); }

  Gathered ask(const Capsule& capsule, const Owned& providers, const std::vector<std::string>& compartments,
               Until until = Until::everyone_answered, const GatherOptions& options = {}) const {
    return gather(
        capsule, *capsule.current(compartments.front()).wrap, compartments, providers,
        [this](const Id& id) { return policy.recipient_name(id); }, until, options);
  }

  // Whether these recipients open the compartment, and to the key that was made for it.
  Result<Recovered> open_with(ByteView record, const Owned& providers, const std::string& compartment) const {
    auto capsule = parse_capsule(record);
    if (!capsule) return tl::unexpected(capsule.error());
    const auto gathered = ask(*capsule, providers, {compartment});
    return recover(*capsule, *gathered.compartments[0].compartment, gathered.compartments[0].known());
  }
  Result<Recovered> open(ByteView record, const Names& names, const std::string& compartment) const {
    return open_with(record, world.providers(names), compartment);
  }

  bool is_key_of(const Result<Recovered>& opened, const std::string& compartment) const {
    if (!opened) return false;
    for (const CompartmentKey& each : fresh.keys)
      if (each.name == compartment) return equal_constant_time(each.key.view(), opened->key.view());
    return false;
  }

  testing::World world;
  Policy policy;
  NewCapsule fresh = create(policy, producer());
};

// The names of culprits, in alphabetical order.
inline std::vector<std::string> names_of(const std::vector<Culprit>& culprits) {
  std::vector<std::string> out;
  for (const Culprit& each : culprits) out.push_back(each.who);
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace triclave::capsule
