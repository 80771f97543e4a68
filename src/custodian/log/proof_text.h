// C2SP tlog-proof: the text that proves an entry's place in a log without asking anybody.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "triclave/audit.h"

namespace triclave::custodian {

struct ProofText {
  Bytes extra;  // not authenticated; a receipt's entry
  std::uint64_t index = 0;
  std::vector<Id> path;
  std::string checkpoint;  // a signed note
};

inline constexpr std::size_t kMaxProofText = 512 * 1024;

std::string format_proof(const ProofText& proof);
// Errors: malformed.
Result<ProofText> parse_proof(std::string_view text);

}  // namespace triclave::custodian
