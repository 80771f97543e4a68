// When is data dead? When nobody is left whose keys could open it: crypto-erasure, per key and not per patient. An
// erasure certificate is the owner's signed word about which keys are destroyed; what is dead follows from it, for every
// generation that was ever published. It attests and cannot prove: who read may have kept, and a key that somebody
// copied is not destroyed with the original.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "triclave/bytes.h"
#include "triclave/error.h"
#include "triclave/export.h"
#include "triclave/keys.h"
#include "triclave/policy.h"

namespace triclave {

class LogFiles;  // triclave/audit.h
class LogKey;

enum class DestroyedBy : std::uint8_t {
  nobody,  // nobody says so: the key counts as living
  log,     // a signed entry of the custodian's log
  owner,   // the owner's own word about a key of its own
};

// What is known of one key.
struct KeyEvidence {
  Id key_id{};
  DestroyedBy destroyed_by = DestroyedBy::nobody;
  std::uint64_t destroyed = 0;  // seconds since 1970
  std::string log;              // origin of the log that says so
  std::uint64_t entry = 0;      // which of its entries
};

// A mask that a custodian's log says was given away.
struct ReleasedMask {
  Id key_id{};
  std::string compartment;
};

// The head of a log that was read.
struct ErasureLog {
  std::string origin;
  std::uint64_t size = 0;
  Id root{};
};

struct ErasureEvidence {
  std::vector<KeyEvidence> keys;
  std::vector<ReleasedMask> released;
  std::vector<ErasureLog> logs;
  std::vector<Id> created;  // keys whose making stands in these logs: of others, releases may stand elsewhere
};

// A generation that keeps a compartment alive.
struct LivingGeneration {
  std::uint32_t generation = 0;
  bool missing = false;                              // its wrap was not at hand, so nobody can tell
  std::vector<std::vector<std::string>> coalitions;  // keys that open it with what was released; minimal
  bool more = false;                                 // there are, or may be, more than are listed
  std::vector<std::string> released;                 // whose masks were given away
};

struct CompartmentVerdict {
  Id capsule_id{};
  std::string compartment;
  bool dead = false;          // to everybody who has no quantum computer
  bool quantum_dead = false;  // to those, too: no key of a classical algorithm matters
  std::vector<LivingGeneration> living;  // empty where dead
};

struct ErasedKey {
  std::string name;
  bool post_quantum = true;
  KeyEvidence evidence;
};

struct ErasureCertificate {
  Id owner{};
  std::string dataset;
  std::uint64_t time = 0;  // seconds since 1970
  std::vector<ErasureLog> logs;
  std::vector<ErasedKey> keys;
  std::vector<CompartmentVerdict> compartments;  // by capsule, then as its first wrap names them
};

// Adds what a copy of a custodian's log says of `keys`, all that this custodian ever had for the dataset: which are
// destroyed, and which compartments they gave masks of. Where a custodian began a new log (after a restore), both are
// needed. The whole log is verified. Errors: as audit_log; forged (it
// contradicts itself); invalid_argument (the same log again).
TRICLAVE_EXPORT Result<void> add_log_evidence(ErasureEvidence& evidence, LogFiles& files, const LogKey& log_key,
                                              std::string_view dataset, std::span<const Id> keys);

// `capsules`: capsule records of one dataset; of each capsule all that ever were, so that no generation is missing.
// `policies`: the first is today's, the others those under which former custodians stood; they give the keys' names and
// say which are the owner's. Errors: malformed, unsupported; forged (a signature of a capsule); invalid_argument (another
// dataset or owner; the owner's word about somebody else's key; a key whose beginning no log tells; over the limits).
TRICLAVE_EXPORT Result<Bytes> certify_erasure(std::span<const Bytes> capsules, std::span<const Policy> policies,
                                              const ErasureEvidence& evidence, const Signer& owner,
                                              std::uint64_t time);

// Checks the signature and derives the verdicts. Errors: malformed, unsupported, forged.
TRICLAVE_EXPORT Result<ErasureCertificate> verify_erasure(ByteView record, const Verifier& owner);

}  // namespace triclave
