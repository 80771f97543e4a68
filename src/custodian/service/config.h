// A custodian's configuration (src/format/custodian_file.proto).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "custodian/service/limiter.h"
#include "custodian/service/state.h"
#include "triclave/audit.h"
#include "triclave/error.h"

namespace triclave::custodian {

struct TlsFiles {
  std::filesystem::path certificate;
  std::filesystem::path private_key;
  std::filesystem::path client_ca;
};

// Who is asked to cosign this custodian's checkpoints.
struct WitnessPeer {
  LogKey key;
  std::string address;              // HOST:PORT
  std::filesystem::path server_ca;  // empty: the system's own authorities
  std::filesystem::path certificate;
  std::filesystem::path private_key;
};

struct Config {
  std::string name;
  std::string log_name;
  StateFiles state;
  std::string listen;
  TlsFiles tls;
  Rate requests;
  std::vector<LogKey> watched;  // whose checkpoints it cosigns
  std::vector<WitnessPeer> witnesses;
};

// Errors begin with "FILE:LINE:COLUMN: ": malformed, unsupported (a newer version). io.
Result<Config> load_config(const std::filesystem::path& file);
Result<Config> parse_config(std::string_view text, std::string_view origin, const std::filesystem::path& folder);

}  // namespace triclave::custodian
