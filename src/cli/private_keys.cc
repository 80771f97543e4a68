#include "cli/private_keys.h"

#include <filesystem>

#include "base/try.h"
#include "cli/files.h"

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
  declare_permit(command, options.permit);
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

Result<std::vector<std::unique_ptr<MaskProvider>>> load_providers(const Policy& policy, const KeyOptions& options) {
  const PermitOptions& permit = options.permit;
  if (options.keys.empty() && permit.permit.empty())
    return fail(ErrorKind::invalid_argument,
                "no key to open with: name private key files with --key, or a permit to ask custodians under with "
                "--permit");
  std::vector<std::unique_ptr<MaskProvider>> out;
  if (!permit.permit.empty()) {
    if (permit.requester.empty())
      return fail(ErrorKind::invalid_argument,
                  "a permit is for one requester: give its private signer key with "
                  "--requester");
    std::error_code failed;
    if (!permit.receipts.empty() && (std::filesystem::create_directories(permit.receipts, failed), failed))
      return fail(ErrorKind::io, "cannot make the folder " + permit.receipts + ": " + failed.message());
    TRICLAVE_TRY_ASSIGN(const ClientOptions client, client_options(permit.client));
    TRICLAVE_TRY_ASSIGN(Bytes record, read_whole(permit.permit, kMaxPermitFile));
    TRICLAVE_TRY_ASSIGN(Signer signer, load_signer(permit.requester, options));
    TRICLAVE_TRY_ASSIGN(out,
                        custodian_providers(policy, {std::move(record), std::move(signer), permit.receipts}, client));
  }
  for (const std::string& file : options.keys) {
    TRICLAVE_TRY_ASSIGN(Identity identity, load_identity(file, options));
    out.push_back(key_provider(std::move(identity)));
  }
  return out;
}

}  // namespace triclave::cli
