// Errors are values. A call that can fail returns Result<T>; its Error says what failed, why, what to do next, and,
// where somebody is to blame, who. The kinds are few, so that a caller can branch on them; the exit code of the program
// `triclave` is the kind's number plus 1 (2 invalid_argument ... 10 io).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "triclave/export.h"

namespace triclave {

enum class ErrorKind : std::uint8_t {
  invalid_argument = 1,   // the caller asked for something that makes no sense; nothing was read or written
  malformed,              // bytes that are not what the format says, by accident or by attack
  unsupported,            // a well-formed thing of a newer version, or an algorithm that this build does not have
  forged,                 // a signature, tag, commitment or share that does not verify: somebody changed or invented it
  policy_refused,         // the owner's rules say no; the message names the rule and the recipients
  permit_refused,         // a permit is missing, expired, revoked or does not cover the request
  quorum_short,           // too few recipients answered to satisfy the policy; culprits say who did not and why
  custodian_unavailable,  // one recipient could not be asked or did not answer in time
  io,                     // the operating system, a file or a store failed
};

// The kind's name as written above, for messages and `--json`.
TRICLAVE_EXPORT std::string_view to_string(ErrorKind kind) noexcept;

// Somebody whom an error blames: a recipient, a producer, a file.
struct Culprit {
  std::string who;
  std::string why;
  ErrorKind kind = ErrorKind::forged;
};

struct Error {
  ErrorKind kind = ErrorKind::invalid_argument;
  std::string message;  // for people; never holds a secret
  std::vector<Culprit> culprits;

  // The message, then one line per culprit.
  TRICLAVE_EXPORT std::string text() const;
};

template <class T = void>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(ErrorKind kind, std::string message, std::vector<Culprit> culprits = {}) {
  return tl::unexpected<Error>(Error{kind, std::move(message), std::move(culprits)});
}

}  // namespace triclave
