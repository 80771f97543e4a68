// Group commit: whatever is asked at once shares one transaction, one sync of the disk and one signed checkpoint. One
// thread does all that the service writes.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "custodian/log/log_table.h"
#include "custodian/service/state.h"
#include "triclave/audit.h"

namespace triclave::custodian {

// A change and its entry in the log, once both are on the disk.
struct Logged {
  Bytes entry;        // empty where nothing was logged
  std::string proof;  // C2SP tlog-proof
};

struct Change {
  // In the transaction: changes the state and says what is logged; nothing, where nothing is. An error takes back the
  // whole transaction, everybody's: it is for what makes the state unusable.
  std::function<Result<std::optional<LogEntry>>()> apply;
  // Afterwards, on the committer's thread.
  std::function<void(Result<Logged>)> done;
};

class Committer {
 public:
  // `state` and `signer` must outlive it; from here on `state` is the committer's thread's. `on_foreign_change` runs on
  // it, too, when another process has changed the database.
  static Result<std::unique_ptr<Committer>> start(State& state, const NoteSigner& signer,
                                                  std::function<void()> on_foreign_change);
  // Does what is waiting, then ends.
  ~Committer();

  // After the destructor has begun nothing may be submitted. Errors reach `done`.
  void submit(Change change);

 private:
  Committer(State& state, const NoteSigner& signer, LogTable log, Statement version,
            std::function<void()> on_foreign_change);
  void run(std::stop_token stop);
  void commit(std::vector<Change>& changes);
  Result<std::vector<Logged>> write(std::vector<Change>& changes);
  void look_for_foreign_changes();

  State& state_;
  const NoteSigner& signer_;
  LogTable log_;
  Statement version_;
  std::uint64_t seen_version_ = 0;
  std::function<void()> on_foreign_change_;

  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::vector<Change> waiting_;
  std::jthread thread_;  // last: ends before what it uses
};

}  // namespace triclave::custodian
