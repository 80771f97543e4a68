// A custodian's service without a network: judges a request, exports and seals in memory, logs durably, and only then
// answers.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "custodian/log/witness.h"
#include "custodian/service/admission.h"
#include "custodian/service/committer.h"
#include "custodian/service/judge.h"
#include "custodian/service/keyring.h"
#include "custodian/service/state.h"

namespace triclave::custodian {

// Told of what an operator should see of witnessing: `whose` log or witness it is about, and what became of it.
using WitnessingChanged = std::function<void(const std::string& whose, const Result<void>& outcome)>;

struct ServiceOptions {
  std::string name;      // the custodian's own
  std::string log_name;  // of the log
  Rate requests;         // for each client and for each requester
  // The custodian's clock.
  std::function<std::chrono::sys_seconds()> clock = [] {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  };
  // Told what keeps the service from its work and is nothing for those who ask, at most once a second; on any thread.
  std::function<void(const Error&)> on_trouble = {};
  // Called from any thread when a checkpoint of a watched log does not go on from what was cosigned of it.
  WitnessingChanged on_fork = {};
};

struct Answer {
  Bytes answer;       // enc || ciphertext
  Bytes entry;        // the log's
  std::string proof;  // C2SP tlog-proof
};

struct ServiceStatus {
  std::string name;
  std::string log_name;
  std::string log_key;  // C2SP signed-note verifier key
  std::string witness_key;
  std::vector<HeldKey> keys;
  std::string checkpoint;
};

// Called from several threads.
class Service {
 public:
  using Answered = std::function<void(Result<Answer>)>;
  using Done = std::function<void(Result<void>)>;
  using Cosigned = std::function<void(Result<std::string>)>;

  // Errors: those of State::open and State::unlock; invalid_argument (the log's name).
  static Result<std::unique_ptr<Service>> start(const StateFiles& files, std::string_view passphrase,
                                                ServiceOptions options);
  // Answers what is still waiting.
  ~Service();

  // `answered` is called once, now or later, on whichever thread. Errors: those of Judge and Admission;
  // custodian_unavailable (the log could not be written; why is for `on_trouble`).
  void release(const Asked& asked, Answered answered);
  // A revocation record. Errors: malformed, unsupported, forged, custodian_unavailable.
  void revoke(ByteView record, std::string_view client, Done done);

  // Errors: custodian_unavailable.
  Result<ServiceStatus> status();
  // A file of the log, as C2SP tlog-tiles names it. Errors: invalid_argument, custodian_unavailable.
  Result<Bytes> log_file(std::string_view path);
  void set_rate(Rate requests) { judge_.set_rate(requests); }

  // The logs that this custodian cosigns; none at first.
  void set_watched(std::vector<LogKey> logs);
  // As their witness: C2SP tlog-witness, add-checkpoint. Errors: malformed, permit_refused, forged,
  // custodian_unavailable (asked too often; the database could not be written).
  void cosign(std::string_view request, std::string_view client, Cosigned answered);

  // For its own log: what a witness that has cosigned `old_size` of it is asked.
  Result<CosignAsk> ask_to_cosign(std::uint64_t old_size);
  // What it answered, where the checkpoint over `size` still is the newest; when this returns it is on the disk.
  Result<void> add_cosignatures(std::uint64_t size, const std::string& lines, const LogKey& witness);

 private:
  Service(State state, State reader, Vault vault, NoteSigner signer, NoteSigner witness_signer, ServiceOptions options);
  Result<void> prepare();
  Result<void> mend();
  Now now() const;
  // What an error of ours is to whoever asks; the operator is told the error itself.
  Error own_trouble(const Error& error, const char* shown);
  Error not_logged(const Error& error);
  Error not_read(const Error& error);
  Result<ServiceStatus> read_status();
  // What is logged of a refusal; nothing while too many are.
  std::optional<LogEntry> refusal(LogEntry entry, const Error& error);
  void refuse(LogEntry entry, Error error, Answered answered);
  void tell_of_fork(const std::string& origin, std::string_view client, const Error& error);

  State state_;   // the committer's
  State reader_;  // under mutex_
  Vault vault_;
  NoteSigner signer_;
  NoteSigner witness_signer_;
  ServiceOptions options_;
  Keyring keys_;
  Judge judge_;
  Limiter refusals_, troubles_;
  std::atomic<std::uint64_t> refusals_left_out_ = 0;
  std::uint64_t refuse_until_ = 0;
  std::optional<Admission> admission_;  // the committer's
  std::optional<Witness> witness_;      // the committer's
  std::optional<LogTable> own_log_;     // the committer's
  std::set<std::string> forked_;        // the committer's: logs of which the operator was told
  std::mutex mutex_;
  std::shared_ptr<const std::vector<LogKey>> watched_ = std::make_shared<std::vector<LogKey>>();  // under mutex_
  std::optional<LogTable> log_;                                                                   // under mutex_
  std::unique_ptr<Committer> committer_;  // last: ends before what it uses
};

}  // namespace triclave::custodian
