// Logs as the audit commands name them, and the keys that they are judged by.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/network.h"
#include "triclave/audit.h"

namespace triclave::cli {

struct LogOptions {
  std::vector<std::string> logs;
  std::vector<std::string> log_keys;
  std::string policy;  // whose registry names services and keys
  std::string tls_ca;  // of services that no registry names
  ClientFiles client;
};

void declare_logs(CLI::App& command, LogOptions& options, int at_least, int at_most);

struct NamedLog {
  std::string shown;
  std::unique_ptr<LogFiles> files;
  LogKey key;
};

// A key as text, or the file that holds it. Errors: as LogKey::parse, io, invalid_argument (of the other type).
Result<LogKey> read_log_key(const std::string& text, LogKey::Type type);
Result<std::vector<LogKey>> read_log_keys(const std::vector<std::string>& texts, LogKey::Type type);

// Each log, a folder with a copy, a custodian of the policy or a service's HOST:PORT, with the key of its name. Errors:
// io, malformed, custodian_unavailable, invalid_argument (no key is known for a log).
Result<std::vector<NamedLog>> open_logs(const LogOptions& options);

// Files, and the files of folders among them, each a proof or a checkpoint that was kept. Errors: io, malformed.
Result<std::vector<Kept>> read_kept(const std::vector<std::string>& paths);

}  // namespace triclave::cli
