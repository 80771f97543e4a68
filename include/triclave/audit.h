// What a custodian's log says, and whether it can be believed. The log is an append-only Merkle tree (RFC 6962) whose
// head the custodian signs, in the layout of C2SP tlog-tiles; SPEC.md, "The custodian's log", is the standard.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "triclave/bytes.h"
#include "triclave/error.h"
#include "triclave/export.h"

namespace triclave {

enum class LogEntryKind : std::uint8_t {
  release = 1,
  refusal,
  key_created,
  key_destroyed,
  permit_approved,
  permit_revoked,
  started,  // the service began to run, or was restored from a backup
};

TRICLAVE_EXPORT std::string_view to_string(LogEntryKind kind) noexcept;

// Empty fields are those that have no place in the kind, or were not known when a request was refused.
struct LogEntry {
  LogEntryKind kind = LogEntryKind::started;
  std::uint64_t time = 0;  // the custodian's clock, seconds since 1970
  Bytes key_id;            // the custodian's key
  Bytes request_hash;      // H(request)
  Bytes answer_hash;       // H(answer)
  Bytes session;           // the same in every custodian's log for the requests of one gathering
  Bytes permit_id;
  Bytes requester;  // signer id: a pseudonym
  std::string dataset;
  std::vector<std::string> compartments;  // ascending, each once
  std::string purpose;
  std::uint32_t masks = 0;  // how many the answer holds
  std::uint32_t error = 0;  // a refusal's ErrorKind, as a number
  std::string reason;
  Bytes owner;  // signer id: whose data the key is for
  std::uint64_t epoch = 0;
  bool operator==(const LogEntry&) const = default;
};

// The bytes of an entry as they stand in the log. Errors: malformed.
TRICLAVE_EXPORT Result<LogEntry> parse_log_entry(ByteView bytes);

// The public key of a log or of a witness, as the registry names it: "ovh.example/triclave+530d903a+AekyeRrm56hA..",
// the verifier key of C2SP signed-note. Ed25519.
class TRICLAVE_EXPORT LogKey {
 public:
  enum class Type : std::uint8_t { log = 1, witness = 4 };
  using PublicKey = std::array<std::uint8_t, 32>;

  // Errors: malformed, unsupported (another kind of key), forged (the id is not that of the key).
  static Result<LogKey> parse(std::string_view text);
  // Errors: invalid_argument (the name).
  static Result<LogKey> make(std::string name, Type type, const PublicKey& public_key);

  const std::string& name() const noexcept { return name_; }
  std::uint32_t id() const noexcept { return id_; }
  Type type() const noexcept { return type_; }
  const PublicKey& public_key() const noexcept { return public_key_; }
  std::string text() const;

 private:
  LogKey() = default;
  std::string name_;
  std::uint32_t id_ = 0;
  Type type_ = Type::log;
  PublicKey public_key_{};
};

// The head of a log at one size.
struct Checkpoint {
  std::string origin;  // the log's name
  std::uint64_t size = 0;
  Id root{};
  bool operator==(const Checkpoint&) const = default;
};

// A checkpoint as the log serves it, C2SP tlog-checkpoint. Errors: malformed, forged (not signed by this log).
TRICLAVE_EXPORT Result<Checkpoint> open_checkpoint(std::string_view note, const LogKey& log_key);

// How many of the witnesses have cosigned a checkpoint (C2SP tlog-cosignature). Errors: malformed; forged (a
// cosignature of one of these does not verify).
TRICLAVE_EXPORT Result<std::size_t> count_cosignatures(std::string_view note, const std::vector<LogKey>& witnesses);

// Where an entry stands.
struct LoggedAt {
  std::uint64_t index = 0;
  Checkpoint checkpoint;
};

// Whether `entry` stands in the log as `proof` (C2SP tlog-proof, the text that comes with an answer) says. Errors:
// malformed, forged.
TRICLAVE_EXPORT Result<LoggedAt> verify_log_proof(const LogKey& log_key, ByteView entry, std::string_view proof);

// A proof to keep: the same with the entry inside (as `extra`), so that it stands for itself.
TRICLAVE_EXPORT Result<std::string> make_receipt(ByteView entry, std::string_view proof);
struct Receipt {
  Bytes entry;
  LoggedAt at;
};
TRICLAVE_EXPORT Result<Receipt> verify_receipt(const LogKey& log_key, std::string_view receipt);

// The files of a log, by their names in C2SP tlog-tiles.
class TRICLAVE_EXPORT LogFiles {
 public:
  virtual ~LogFiles() = default;
  // Errors: io (also where there is no such file), the source's own.
  virtual Result<Bytes> read(const std::string& path) = 0;
};

// A folder that holds a copy of a log.
TRICLAVE_EXPORT std::unique_ptr<LogFiles> log_folder(std::filesystem::path folder);

// Copies a log into a new or empty folder, the checkpoint last; a copy that was broken off has none. What it copies it
// does not judge. Errors: io, invalid_argument (the folder is not empty), malformed.
TRICLAVE_EXPORT Result<Checkpoint> copy_log(LogFiles& from, const std::filesystem::path& folder);

// Something that was kept and that the log must agree with.
struct Kept {
  std::string name;  // for messages: its file
  std::string text;
};

struct AuditOptions {
  std::vector<Kept> receipts;
  std::vector<Kept> checkpoints;  // older ones of the same log, or what somebody else was shown
  std::vector<LogKey> witnesses;
  std::size_t cosignatures = 0;  // of different witnesses, at least
  std::function<void(std::uint64_t index, const LogEntry& entry)>
      each;  // sees every entry in order, before the end is known
};

struct Audit {
  Checkpoint checkpoint;
  std::size_t tiles = 0;
  std::size_t receipts = 0;
  std::size_t checkpoints = 0;
  std::size_t cosignatures = 0;
};

// Computes a whole log again: every tile from the entries, the root from the tiles, the signature over it, and whether
// all that was kept agrees. In memory that does not grow with the log. Errors: forged (with each kept thing that does
// not agree as a culprit: the log was forked, rewritten or rolled back), malformed, the source's.
TRICLAVE_EXPORT Result<Audit> audit_log(LogFiles& files, const LogKey& log_key, const AuditOptions& options = {});

// One custodian's part in a comparison.
struct ComparedLog {
  LogFiles* files = nullptr;
  LogKey key;
};

// A session whose release stands in fewer logs than it should, or twice in one.
struct UnmatchedSession {
  Bytes session;
  LogEntry entry;                        // of the first release
  std::vector<std::string> released_by;  // names of logs
  std::vector<std::string> refused_by;
};

struct Comparison {
  std::vector<Audit> audits;  // as the logs were given
  std::uint64_t sessions = 0;
  std::uint64_t unmatched_count = 0;
  std::vector<UnmatchedSession> unmatched;  // the first thousand
};

// Audits the logs, and looks for the sessions that fewer than `at_least` of them released (SPEC LOG-05). Errors: as
// audit_log, invalid_argument (fewer logs than that, or one twice).
TRICLAVE_EXPORT Result<Comparison> compare_logs(const std::vector<ComparedLog>& logs, std::size_t at_least);

}  // namespace triclave
