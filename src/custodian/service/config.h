// A custodian's configuration (src/format/custodian_file.proto).
#pragma once

#include <filesystem>
#include <string>

#include "custodian/service/limiter.h"
#include "custodian/service/state.h"
#include "triclave/error.h"

namespace triclave::custodian {

struct TlsFiles {
  std::filesystem::path certificate;
  std::filesystem::path private_key;
  std::filesystem::path client_ca;
};

struct Config {
  std::string name;
  std::string log_name;
  StateFiles state;
  std::string listen;
  TlsFiles tls;
  Rate requests;
};

// Errors begin with "FILE:LINE:COLUMN: ": malformed, unsupported (a newer version). io.
Result<Config> load_config(const std::filesystem::path& file);
Result<Config> parse_config(std::string_view text, std::string_view origin, const std::filesystem::path& folder);

}  // namespace triclave::custodian
