// The custodian's living keys, opened, for all threads; replaced as a whole when one is made or destroyed.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "custodian/service/state.h"

namespace triclave::custodian {

struct LiveKey {
  HeldKey held;
  Identity identity;
};

class Keyring {
 public:
  // nullptr: not ours, or destroyed.
  std::shared_ptr<const LiveKey> find(const Id& id) const;
  // All keys, destroyed ones too.
  std::vector<HeldKey> all() const;

  // Reads the state's keys; opens only those that are new. Errors: those of State::identity.
  Result<void> reload(const State& state, const Vault& vault);

 private:
  mutable std::mutex mutex_;
  std::map<Id, std::shared_ptr<const LiveKey>> live_;
  std::vector<HeldKey> all_;
};

}  // namespace triclave::custodian
