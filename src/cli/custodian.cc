// triclave custodian init, serve, backup, restore, check
#include "cli/custodian.h"

#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "base/try.h"
#include "cli/files.h"
#include "cli/private_keys.h"
#include "cli/text.h"
#include "triclave/custodian_office.h"

namespace triclave::cli {
namespace {

constexpr const char* kCredential = "custodian-passphrase";

struct InitOptions : UnlockOptions {
  std::uint32_t memory_mib = 256;
};

struct ServeCommandOptions : UnlockOptions {
  bool allow_root = false;
};

struct BackupOptions : CustodianOptions {
  std::string file;
};

struct RestoreOptions : BackupOptions {
  std::string former_mark;
};

Result<Outcome> init(const InitOptions& options) {
  TRICLAVE_TRY_ASSIGN(const SecretText words, custodian_passphrase(options, true));
  Protection protection;
  protection.passphrase = words.view();
  protection.memory_kib = options.memory_mib * 1024;
  TRICLAVE_TRY(init_custodian(options.config, protection));
  TRICLAVE_TRY_ASSIGN(const CustodianOffice office, CustodianOffice::open(options.config, words.view()));
  TRICLAVE_TRY_ASSIGN(const std::string witness_key, office.witness_key());
  return Outcome{
      "A custodian is ready to hold keys.\n" + line("log key", office.log_key()) + line("witness key", witness_key) +
          "Owners put the log key into their registry. Custodians who watch one another's logs exchange both\n"
          "keys. The passphrase opens every key that is held here: without it all of them are lost.\n",
      {{"log_key", office.log_key()}, {"witness_key", witness_key}}};
}

Result<Outcome> log_key(const UnlockOptions& options) {
  TRICLAVE_TRY_ASSIGN(const SecretText words, custodian_passphrase(options));
  TRICLAVE_TRY_ASSIGN(const CustodianOffice office, CustodianOffice::open(options.config, words.view()));
  return Outcome{office.log_key() + "\n", {{"log_key", office.log_key()}}};
}

Result<Outcome> witness_key(const UnlockOptions& options) {
  TRICLAVE_TRY_ASSIGN(const SecretText words, custodian_passphrase(options));
  TRICLAVE_TRY_ASSIGN(const CustodianOffice office, CustodianOffice::open(options.config, words.view()));
  TRICLAVE_TRY_ASSIGN(const std::string key, office.witness_key());
  return Outcome{key + "\n", {{"witness_key", key}}};
}

// Said at once, one line each: who starts the service waits for the first.
Result<Outcome> serve(const ServeCommandOptions& options) {
  TRICLAVE_TRY_ASSIGN(const SecretText words, custodian_passphrase(options));
  ServeOptions how;
  how.allow_root = options.allow_root;
  how.on_ready = [&](int port) {
    if (options.json)
      std::cout << Json{{"port", port}}.dump() << std::endl;
    else
      std::cout << "listening on port " << port << std::endl;
  };
  how.on_reload = [&](const Result<void>& reloaded) {
    const std::string wrong = reloaded ? "" : reloaded.error().text();
    if (options.json)
      std::cout << Json{{"reloaded", reloaded.has_value()}, {"error", wrong}}.dump() << std::endl;
    else
      std::cout << (reloaded ? "configuration read again" : "configuration kept as it was: " + wrong) << std::endl;
  };
  how.on_trouble = [](const Error& error) { std::cerr << "triclave: " + error.text() + "\n" << std::flush; };
  // One call, so that lines of several threads stay whole.
  how.on_witnessing = [&](const std::string& whose, const Result<void>& outcome) {
    const std::string wrong = outcome ? "" : outcome.error().message;
    if (options.json)
      std::cerr << Json{{"witnessing", whose}, {"good", outcome.has_value()}, {"error", wrong}}.dump() + "\n";
    else
      std::cerr << (outcome ? whose + " cosigns this log\n" : "witnessing: " + whose + ": " + wrong + "\n");
  };
  TRICLAVE_TRY(serve_custodian(options.config, words.view(), how));
  return Outcome{"stopped\n", nullptr};
}

Result<Outcome> backup(const BackupOptions& options) {
  TRICLAVE_TRY(backup_custodian(options.config, options.file));
  return Outcome{"Saved to " + options.file + ". It holds the private keys, under the custodian's passphrase.\n",
                 {{"backup", options.file}}};
}

Result<Outcome> check(const CustodianOptions& options) {
  TRICLAVE_TRY_ASSIGN(const std::uint64_t entries, check_custodian(options.config));
  return Outcome{
      "The database is whole, and its log's " + std::to_string(entries) + " entries are those that were signed.\n",
      {{"entries", entries}}};
}

Result<Outcome> restore(const RestoreOptions& options) {
  TRICLAVE_TRY(restore_custodian(options.config, options.file, now(), options.former_mark));
  return Outcome{
      "Restored. For up to four minutes requests are refused: some may have been answered before the loss.\n"
      "Unless --former-mark showed that nothing was logged since the backup, the log begins anew under\n"
      "another name; give owners its key for their registry: `triclave custodian log-key`. The same holds of\n"
      "the key by which this custodian cosigns for others: `triclave custodian witness-key`.\n"
      "Permits revoked and keys destroyed since the backup are to be revoked and destroyed again.\n",
      {{"restored", options.file}}};
}

}  // namespace

void declare_config(CLI::App& command, CustodianOptions& options) {
  command.add_option("CONFIG", options.config, "The custodian's configuration (src/format/custodian_file.proto)")
      ->required();
}

void declare_unlock(CLI::App& command, UnlockOptions& options) {
  declare_config(command, options);
  command.add_option("--passphrase-file", options.passphrase_file, "The custodian's passphrase is FILE's first line")
      ->type_name("FILE");
  command.add_option("--passphrase-fd", options.passphrase_descriptor, "Take it from an open descriptor")
      ->type_name("N");
}

Result<SecretText> custodian_passphrase(const UnlockOptions& options, bool twice) {
  if (!options.passphrase_file.empty()) return SecretText::read_file(options.passphrase_file);
  if (options.passphrase_descriptor >= 0)
    return SecretText::read_line(options.passphrase_descriptor, "--passphrase-fd");
  if (const char* folder = std::getenv("CREDENTIALS_DIRECTORY"); folder != nullptr) {
    const auto credential = std::filesystem::path(folder) / kCredential;
    std::error_code ignored;
    if (std::filesystem::exists(credential, ignored)) return SecretText::read_file(credential);
  }
  return ask_passphrase("The custodian's passphrase", twice);
}

std::chrono::sys_seconds now() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

void add_custodian(CLI::App& app, Program& program) {
  CLI::App* group = app.add_subcommand("custodian", "Be a custodian: hold keys for others, and answer for permits");
  group->require_subcommand(1);
  add_command<InitOptions>(
      *group, program, "init", "Make the database, the log's key and the witness's",
      [](CLI::App& command, InitOptions& options) {
        declare_unlock(command, options);
        command
            .add_option("--passphrase-memory", options.memory_mib, "What guessing the passphrase costs (default: 256)")
            ->check(CLI::Range(8, 2048))
            ->type_name("MIB");
      },
      init);
  add_command<ServeCommandOptions>(
      *group, program, "serve", "Answer requests until SIGTERM; SIGHUP reads the configuration again",
      [](CLI::App& command, ServeCommandOptions& options) {
        declare_unlock(command, options);
        command.add_flag("--allow-root", options.allow_root, "Run as root, in a container that has nobody else");
      },
      serve);
  add_command<UnlockOptions>(*group, program, "log-key", "Print the log's public key, for the registry", declare_unlock,
                             log_key);
  add_command<UnlockOptions>(*group, program, "witness-key",
                             "Print the public key by which this custodian cosigns the logs of others", declare_unlock,
                             witness_key);
  add_custodian_keys(*group, program);
  add_command<BackupOptions>(
      *group, program, "backup", "Save the database, also while the service runs",
      [](CLI::App& command, BackupOptions& options) {
        declare_config(command, options);
        command.add_option("FILE", options.file, "A new file")->required();
      },
      backup);
  add_command<RestoreOptions>(
      *group, program, "restore", "Make the database anew from a backup",
      [](CLI::App& command, RestoreOptions& options) {
        declare_config(command, options);
        command.add_option("BACKUP", options.file, "What `backup` saved")->required();
        command.add_option("--former-mark", options.former_mark, "The lost database's mark, where that is still there")
            ->type_name("FILE");
      },
      restore);
  add_command<CustodianOptions>(
      *group, program, "check",
      "See whether the database is whole, and compute the log's hashes again; best while nobody serves", declare_config,
      check);
  add_custodian_trial(*group, program);
}

}  // namespace triclave::cli
