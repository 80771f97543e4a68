// The page that an auditor reads: one HTML file, nothing loaded from elsewhere, no script.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/audit_tally.h"

namespace triclave::cli {

// What became of one log.
struct LogVerdict {
  std::string name;
  std::string key;
  std::string shown;  // where it was read from
  Result<Audit> audit;
};

struct AuditPage {
  std::string title;
  std::string made;  // when
  std::vector<LogVerdict> verdicts;
  Tally tally;  // of the logs that hold
  std::optional<Comparison> comparison;
  std::size_t at_least = 0;  // logs that each release should stand in, where they were compared
};

std::string audit_page(const AuditPage& page);

}  // namespace triclave::cli
