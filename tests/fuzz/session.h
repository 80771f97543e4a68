// One sealing session with fresh keys, for targets that change what it made.
#pragma once

#include "harness.h"
#include "support/objects.h"
#include "support/world.h"
#include "triclave/opener.h"

namespace triclave::fuzz {

struct Session {
  testing::World world;
  Policy policy = world.policy();
  Sealer sealer = Sealer::make(policy, world.signer("pipeline")).value();
  Bytes plain = testing::sample(20'000);

  Bytes seal(const char* name, ObjectOptions options) const {
    return testing::sealed(sealer, "clinical", plain, options, name);
  }
  Opener opener() const { return Opener::make(policy, world.providers({"outscale", "ovh"})); }
};

// What a reader may answer to changed bytes.
inline bool refuses(const Error& error) {
  return is_one_of(error, {ErrorKind::malformed, ErrorKind::unsupported, ErrorKind::forged, ErrorKind::quorum_short});
}

}  // namespace triclave::fuzz
