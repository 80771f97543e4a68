// The entries of a custodian's log (SPEC.md, "The custodian's log").
#pragma once

#include "triclave/audit.h"

namespace triclave::custodian {

inline constexpr std::size_t kMaxLogEntry = 8192;  // bytes; far below what a tlog-tiles bundle can say
inline constexpr std::size_t kMaxLogText = 1024;   // bytes of a purpose or a reason
inline constexpr std::size_t kMaxLogCompartments = 64;
inline constexpr std::size_t kPermitIdSize = 16;

// The bytes to append. Errors: invalid_argument (what parse_log_entry would refuse).
Result<Bytes> serialize_log_entry(const LogEntry& entry);

// What the requests of one gathering have in common, H(M("triclave/v1/session", H(permit), nonce)): the requester sends
// every custodian the same nonce.
Id session_of(const Id& permit_hash, ByteView nonce);

// The text cut to what a log entry takes, at a character's end, without control characters.
std::string log_text(std::string_view text);

}  // namespace triclave::custodian
