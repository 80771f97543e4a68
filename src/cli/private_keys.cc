#include "cli/private_keys.h"

#include <filesystem>

#include "base/try.h"

namespace triclave::cli {
namespace {

// The passphrase of `file`: from the file that the user gave for it, else asked for where it needs one.
template <class Private>
Result<SecretText> passphrase_for(const std::string& file, const KeyOptions& options) {
  for (const std::string& each : options.passphrase_files) {
    const std::size_t equals = each.rfind('=');
    if (equals == std::string::npos)
      return fail(ErrorKind::invalid_argument,
                  "--passphrase-file wants KEY=FILE: a key file and the file that holds its passphrase");
    if (each.compare(0, equals, file) == 0) return SecretText::read_file(each.substr(equals + 1));
  }
  TRICLAVE_TRY_ASSIGN(const bool is_needed, Private::needs_passphrase(file));
  if (!is_needed) return SecretText();
  return ask_passphrase("Passphrase of " + file, false);
}

}  // namespace

void declare_keys(CLI::App& command, KeyOptions& options, const std::string& what) {
  command.add_option("--key", options.keys, what)->type_name("KEY...");
  declare_passphrases(command, options);
}

void declare_passphrases(CLI::App& command, KeyOptions& options) {
  command
      .add_option("--passphrase-file", options.passphrase_files,
                  "The first line of FILE is the passphrase of the key file KEY; without it the terminal is asked")
      ->type_name("KEY=FILE...");
}

Result<Identity> load_identity(const std::string& file, const KeyOptions& options) {
  TRICLAVE_TRY_ASSIGN(const SecretText words, passphrase_for<Identity>(file, options));
  return Identity::load(file, words.view());
}

Result<Signer> load_signer(const std::string& file, const KeyOptions& options) {
  TRICLAVE_TRY_ASSIGN(const SecretText words, passphrase_for<Signer>(file, options));
  return Signer::load(file, words.view());
}

Result<std::vector<std::unique_ptr<MaskProvider>>> load_providers(const KeyOptions& options) {
  if (options.keys.empty())
    return fail(ErrorKind::invalid_argument, "no key to open with: name the private key files with --key");
  std::vector<std::unique_ptr<MaskProvider>> out;
  for (const std::string& file : options.keys) {
    TRICLAVE_TRY_ASSIGN(Identity identity, load_identity(file, options));
    out.push_back(key_provider(std::move(identity)));
  }
  return out;
}

}  // namespace triclave::cli
