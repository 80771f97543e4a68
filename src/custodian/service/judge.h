// Whether a request may be answered, as far as the request, its permit and the policies in it tell; what only the state
// knows (replays, revocations, counts) is judged in the transaction that logs the answer: admission.h.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>

#include "custodian/messages/permit.h"
#include "custodian/messages/request.h"
#include "custodian/service/keyring.h"
#include "custodian/service/limiter.h"
#include "triclave/audit.h"

namespace triclave::custodian {

// How far a requester's clock and ours may be apart.
inline constexpr std::chrono::seconds kClockSkew{120};

// A request as it came in. `client`: who the transport says sent it.
struct Asked {
  ByteView permit_record;
  ByteView requester_key;
  ByteView request;
  ByteView signature;
  std::string_view client;
};

struct Now {
  std::chrono::sys_seconds time;  // the custodian's clock
  double running;                 // seconds of a clock that is never set
};

// A request that may be answered, but for what the state says.
struct Judged {
  Request request;
  std::shared_ptr<const SignedPermit> permit;
  std::shared_ptr<const LiveKey> key;
};

// Verified once, remembered by the hash of its bytes; forgotten when there are too many.
template <class T>
class Remembered {
 public:
  std::shared_ptr<const T> find(const Id& hash) const {
    const std::lock_guard lock(mutex_);
    const auto found = known_.find(hash);
    return found == known_.end() ? nullptr : found->second;
  }
  std::shared_ptr<const T> keep(const Id& hash, T value) {
    auto kept = std::make_shared<const T>(std::move(value));
    const std::lock_guard lock(mutex_);
    if (known_.size() >= kMost) known_.clear();
    known_.insert_or_assign(hash, kept);
    return kept;
  }

 private:
  static constexpr std::size_t kMost = 1024;
  mutable std::mutex mutex_;
  std::map<Id, std::shared_ptr<const T>> known_;
};

// Called from several threads.
class Judge {
 public:
  // `keys` must outlive it. `rate`: for each client and for each requester.
  Judge(const Keyring& keys, Rate rate) : keys_(&keys), clients_(rate), requesters_(rate) {}
  void set_rate(Rate rate);

  // Errors: custodian_unavailable (asked too often).
  Result<void> admit_client(std::string_view client, double running);

  // `entry` receives what the log may say of the request, as far as it was understood when it was refused. Errors:
  // malformed, unsupported, forged, permit_refused, policy_refused, custodian_unavailable (asked too often).
  Result<Judged> judge(const Asked& asked, const Now& now, LogEntry& entry);

 private:
  Result<std::shared_ptr<const Verifier>> requester_of(ByteView public_key);
  Result<std::shared_ptr<const SignedPermit>> permit_of(ByteView record);

  const Keyring* keys_;
  Limiter clients_, requesters_;
  Remembered<Verifier> known_requesters_;
  Remembered<SignedPermit> known_permits_;
};

}  // namespace triclave::custodian
