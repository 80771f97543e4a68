// Private keys as options name them, and the passphrases that open them. A passphrase never is an argument: everybody
// on the machine can read those.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/network.h"
#include "triclave/keys.h"
#include "triclave/mask_provider.h"
#include "triclave/secret_text.h"

namespace triclave::cli {

struct KeyOptions {
  std::vector<std::string> keys;
  std::vector<std::string> passphrase_files;  // KEY=FILE
  PermitOptions permit;                       // of custodians, beside the keys
};

// Everything by which a command opens: keys, and custodians under a permit.
void declare_keys(CLI::App& command, KeyOptions& options, const std::string& what);
void declare_passphrases(CLI::App& command, KeyOptions& options);

// One provider for each of options.keys and, with a permit, for each of the policy's custodians that has an endpoint.
// Errors: as Identity::load and custodian_providers.
Result<std::vector<std::unique_ptr<MaskProvider>>> load_providers(const Policy& policy, const KeyOptions& options);
Result<Identity> load_identity(const std::string& file, const KeyOptions& options);
Result<Signer> load_signer(const std::string& file, const KeyOptions& options);

// Asks on the terminal without echo; `twice` for a new passphrase. Errors: invalid_argument (no terminal, empty, or two
// that differ), io.
Result<SecretText> ask_passphrase(const std::string& question, bool twice);

}  // namespace triclave::cli
