// A custodian's service without a network: judges a request, exports and seals in memory, logs durably, and only then
// answers.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "custodian/service/admission.h"
#include "custodian/service/committer.h"
#include "custodian/service/judge.h"
#include "custodian/service/keyring.h"
#include "custodian/service/state.h"

namespace triclave::custodian {

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
  std::vector<HeldKey> keys;
  std::string checkpoint;
};

// Called from several threads.
class Service {
 public:
  using Answered = std::function<void(Result<Answer>)>;
  using Done = std::function<void(Result<void>)>;

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

 private:
  Service(State state, State reader, Vault vault, NoteSigner signer, ServiceOptions options);
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

  State state_;   // the committer's
  State reader_;  // under mutex_
  Vault vault_;
  NoteSigner signer_;
  ServiceOptions options_;
  Keyring keys_;
  Judge judge_;
  Limiter refusals_, troubles_;
  std::atomic<std::uint64_t> refusals_left_out_ = 0;
  std::uint64_t refuse_until_ = 0;
  std::optional<Admission> admission_;  // the committer's
  std::mutex mutex_;
  std::optional<LogTable> log_;  // under mutex_
  std::unique_ptr<Committer> committer_;  // last: ends before what it uses
};

}  // namespace triclave::custodian
