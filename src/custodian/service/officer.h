// What a custodian's officer does with its state, each in one transaction with its entry in the log and a newly signed
// checkpoint; also while the service runs.
#pragma once

#include <chrono>
#include <functional>

#include "custodian/service/state.h"
#include "triclave/audit.h"

namespace triclave::custodian {

// An entry with nothing but these.
LogEntry new_entry(LogEntryKind kind, std::chrono::sys_seconds now);

// Runs `change`, which says what is logged.
Result<void> log_now(State& state, const NoteSigner& signer, const std::function<Result<LogEntry>()>& change);

class Officer {
 public:
  // Errors: those of State::open and State::unlock.
  static Result<Officer> with(const StateFiles& files, std::string_view passphrase, const std::string& log_name);

  const NoteSigner& signer() const noexcept { return signer_; }
  // By which the custodian cosigns the logs of others.
  Result<LogKey> witness_key() const;
  const State& state() const noexcept { return state_; }

  Result<HeldKey> create_key(const Id& owner, std::string_view dataset, std::string name, std::chrono::sys_seconds now);
  // The sealed private half is overwritten in the database and gone from its write-ahead log when this returns. It may
  // still stand in backups, and on the medium, where that keeps old blocks.
  Result<HeldKey> destroy_key(const Id& id, std::chrono::sys_seconds now);
  // A permit's record. Errors: malformed, unsupported, forged.
  Result<void> approve(ByteView permit_record, std::chrono::sys_seconds now);
  // From now on no generation of the capsule below this one is answered.
  Result<void> raise_floor(const Id& capsule, std::uint32_t generation);

 private:
  Officer(State state, Vault vault, NoteSigner signer, std::string log_name)
      : state_(std::move(state)),
        vault_(std::move(vault)),
        signer_(std::move(signer)),
        log_name_(std::move(log_name)) {}

  State state_;
  Vault vault_;
  NoteSigner signer_;
  std::string log_name_;  // as the configuration says it
};

}  // namespace triclave::custodian
