// A sealing session and openers in a world, for tests of objects.
#pragma once

#include <gmock/gmock.h>

#include <algorithm>

#include "support/forge.h"
#include "support/objects.h"
#include "support/providers.h"
#include "support/result.h"
#include "support/world.h"

namespace triclave::testing {

using Names = std::vector<std::string>;
using Owned = std::vector<std::unique_ptr<MaskProvider>>;

// The names of culprits, in alphabetical order.
inline Names names_of(const std::vector<Culprit>& culprits) {
  Names out;
  for (const Culprit& each : culprits) out.push_back(each.who);
  std::sort(out.begin(), out.end());
  return out;
}

class Sealing : public ::testing::Test {
 protected:
  Sealer sealer_for(const Policy& under) const {
    auto made = Sealer::make(under, producer());
    EXPECT_OK(made);
    return std::move(*made);
  }
  const Signer& producer() const { return world.signer("pipeline"); }
  const Signer& owner() const { return world.signer("hospital"); }

  // Opens with these recipients; knows the sealer's capsule.
  Opener opener(const Names& names = {"owner", "outscale", "ovh"}, GenerationMemory* memory = nullptr) const {
    return opener_with(world.providers(names), memory);
  }
  Opener opener_with(Owned providers, GenerationMemory* memory = nullptr) const {
    Opener out = Opener::make(policy, std::move(providers), memory);
    EXPECT_OK(out.add_capsule(sealer.capsule()));
    return out;
  }
  // Knows no capsule.
  Opener stranger_to_all(const Names& names = {"owner", "outscale", "ovh"}) const {
    return Opener::make(policy, world.providers(names));
  }
  Bytes seal(ByteView plain, ObjectOptions options = {}, const std::string& compartment = "clinical") const {
    return sealed(sealer, compartment, plain, options);
  }

  World world;
  Policy policy = world.policy();
  Sealer sealer = sealer_for(policy);
};

}  // namespace triclave::testing
