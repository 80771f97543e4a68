// What the commands under `triclave custodian` have in common.
#pragma once

#include <chrono>
#include <string>

#include "cli/command.h"
#include "triclave/secret_text.h"

namespace triclave::cli {

struct CustodianOptions : CommonOptions {
  std::string config;
};
void declare_config(CLI::App& command, CustodianOptions& options);

// Of commands that need the custodian's passphrase.
struct UnlockOptions : CustodianOptions {
  std::string passphrase_file;
  int passphrase_descriptor = -1;
};
void declare_unlock(CLI::App& command, UnlockOptions& options);
// From where the options say, else from systemd's credential "custodian-passphrase", else from the terminal; asked
// `twice` where it is a new one.
Result<SecretText> custodian_passphrase(const UnlockOptions& options, bool twice = false);

// Whole seconds of the system's clock.
std::chrono::sys_seconds now();

// The parts of `triclave custodian`.
void add_custodian_keys(CLI::App& group, Program& program);
void add_custodian_trial(CLI::App& group, Program& program);

}  // namespace triclave::cli
