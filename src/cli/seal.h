// What `triclave seal` was asked for; tables are sealed apart.
#pragma once

#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/csv_options.h"
#include "cli/private_keys.h"
#include "triclave/policy.h"
#include "triclave/sealer.h"

namespace triclave::cli {

struct SealOptions : CommonOptions {
  std::vector<std::string> inputs;
  std::string policy;
  std::string producer;
  KeyOptions keys;
  std::string compartment;
  std::string out;
  std::string detached;
  bool sign_content = false;
  std::string name;
  bool has_name = false;
  bool force = false;
  bool table = false;
  CsvTexts csv;
  std::vector<std::string> compress;
  bool append = false;
  ThreadOptions threads;
};

Result<Outcome> seal_table(const SealOptions& options, const Policy& policy, const Signer& producer);

}  // namespace triclave::cli
