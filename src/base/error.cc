#include "triclave/error.h"

namespace triclave {

std::string_view to_string(ErrorKind kind) noexcept {
  switch (kind) {
    case ErrorKind::invalid_argument: return "invalid_argument";
    case ErrorKind::malformed: return "malformed";
    case ErrorKind::unsupported: return "unsupported";
    case ErrorKind::forged: return "forged";
    case ErrorKind::policy_refused: return "policy_refused";
    case ErrorKind::permit_refused: return "permit_refused";
    case ErrorKind::quorum_short: return "quorum_short";
    case ErrorKind::custodian_unavailable: return "custodian_unavailable";
    case ErrorKind::io: return "io";
  }
  return "unknown";
}

std::string Error::text() const {
  std::string out = message;
  for (const Culprit& culprit : culprits) {
    out += "\n  ";
    out += culprit.who;
    out += ": ";
    out += culprit.why;
  }
  return out;
}

}  // namespace triclave
