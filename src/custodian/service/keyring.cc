#include "custodian/service/keyring.h"

#include "base/try.h"

namespace triclave::custodian {

std::shared_ptr<const LiveKey> Keyring::find(const Id& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = live_.find(id);
  return found == live_.end() ? nullptr : found->second;
}

std::vector<HeldKey> Keyring::all() const {
  const std::lock_guard lock(mutex_);
  return all_;
}

Result<void> Keyring::reload(const State& state, const Vault& vault) {
  TRICLAVE_TRY_ASSIGN(std::vector<HeldKey> all, state.keys());
  std::map<Id, std::shared_ptr<const LiveKey>> live;
  for (const HeldKey& key : all) {
    if (key.destroyed != 0) continue;
    auto known = find(key.id);
    if (known == nullptr) {
      TRICLAVE_TRY_ASSIGN(Identity identity, state.identity(key, vault));
      known = std::make_shared<const LiveKey>(LiveKey{key, std::move(identity)});
    }
    live.emplace(key.id, std::move(known));
  }
  const std::lock_guard lock(mutex_);
  live_ = std::move(live);
  all_ = std::move(all);
  return {};
}

}  // namespace triclave::custodian
