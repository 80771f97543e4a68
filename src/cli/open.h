// What `triclave open` was asked for; tables are opened apart.
#pragma once

#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/files.h"
#include "cli/private_keys.h"
#include "cli/session.h"

namespace triclave::cli {

struct OpenOptions : CommonOptions {
  std::string sealed;
  std::string policy;
  KeyOptions keys;
  MemoryOptions memory;
  std::string capsule;
  std::string out = kDash;
  std::string range;
  bool force = false;
  std::vector<std::string> columns;
  std::vector<std::string> compartments;
  std::string to = "csv";
  ThreadOptions threads;
};

Result<Outcome> open_table(const OpenOptions& options, Session& session, std::unique_ptr<Source> sealed);

// What an open table's reader sees and does not see, as `open` and `inspect` tell it.
std::string table_text(const OpenTable& table);
Json table_json(const OpenTable& table);

}  // namespace triclave::cli
