// triclave keygen: a new key pair, or one from the owner's own 32 bytes.
#include <unistd.h>

#include <filesystem>

#include "base/try.h"
#include "cli/command.h"
#include "cli/files.h"
#include "cli/private_keys.h"
#include "cli/text.h"
#include "triclave/keys.h"

namespace triclave::cli {
namespace {

namespace fs = std::filesystem;

struct KeygenOptions : CommonOptions {
  std::string kind;
  std::string name;
  std::string out = ".";
  bool ask = false;
  std::string passphrase_file;
  int passphrase_descriptor = -1;
  std::string own_key_file;
  int own_key_descriptor = -1;
};

struct Files {
  fs::path secret_half;
  fs::path public_half;
};

// A folder gets NAME.key and NAME.pub, and is made where a slash says that it is one; anything else is the files' name
// without ending.
Result<Files> place(const KeygenOptions& options) {
  fs::path base = options.out;
  std::error_code ignored, failed;
  if (!base.has_filename() || fs::is_directory(base, ignored)) {
    if (options.name.find('/') != std::string::npos)
      return fail(ErrorKind::invalid_argument,
                  "the name has a slash in it: say with -o what the files should be called");
    if (fs::create_directories(base, failed); failed)
      return fail(ErrorKind::io, "cannot make the folder " + base.native() + ": " + failed.message());
    base /= options.name;
  } else if (base.extension() == ".key" || base.extension() == ".pub") {
    base.replace_extension();
  }
  const Files files{base.native() + ".key", base.native() + ".pub"};
  for (const fs::path& each : {files.secret_half, files.public_half})
    if (fs::exists(fs::symlink_status(each, ignored)))
      return fail(ErrorKind::invalid_argument,
                  each.native() + " exists already; keys are never overwritten: choose another name");
  return files;
}

Result<SecretText> new_passphrase(const KeygenOptions& options) {
  const int ways = options.ask + !options.passphrase_file.empty() + (options.passphrase_descriptor >= 0);
  if (ways > 1) return fail(ErrorKind::invalid_argument, "give the passphrase in one way only");
  if (options.ask) return ask_passphrase("Passphrase for " + options.name, true);
  if (!options.passphrase_file.empty()) return SecretText::read_file(options.passphrase_file);
  if (options.passphrase_descriptor >= 0)
    return SecretText::read_line(options.passphrase_descriptor, "--passphrase-fd");
  return SecretText();
}

Result<Identity> new_identity(const KeygenOptions& options) {
  const int own_key = options.own_key_file == kDash ? STDIN_FILENO : options.own_key_descriptor;
  if (own_key >= 0) {
    TRICLAVE_TRY_ASSIGN(const SecretText line, SecretText::read_line(own_key, "the own key"));
    return Identity::import_own_key(line.view(), options.name);
  }
  if (!options.own_key_file.empty()) return Identity::import_own_key_file(options.own_key_file, options.name);
  return Identity::generate(options.name);
}

// Both files, or none.
template <class Private>
Result<void> write(const Private& key, const std::string& public_text, const Files& files,
                   const Protection& protection) {
  TRICLAVE_TRY(key.save(files.secret_half, protection));
  auto written = write_whole(files.public_half, as_bytes(public_text), false);
  std::error_code ignored;
  if (!written) fs::remove(files.secret_half, ignored);
  if (written) fs::permissions(files.public_half, static_cast<fs::perms>(0644), ignored);
  return written;
}

Result<Outcome> keygen(const KeygenOptions& options) {
  TRICLAVE_TRY_ASSIGN(const Files files, place(options));
  const bool is_recipient = options.kind == "recipient";
  if (!is_recipient && (!options.own_key_file.empty() || options.own_key_descriptor >= 0))
    return fail(ErrorKind::invalid_argument, "an own key makes a recipient, not a signer");
  TRICLAVE_TRY_ASSIGN(const SecretText words, new_passphrase(options));
  Protection protection;
  protection.passphrase = words.view();
  Id id{};
  if (is_recipient) {
    TRICLAVE_TRY_ASSIGN(const Identity identity, new_identity(options));
    id = identity.recipient().id();
    TRICLAVE_TRY(write(identity, identity.recipient().to_text(), files, protection));
  } else {
    const Signer signer = Signer::generate(options.name);
    id = signer.verifier().id();
    TRICLAVE_TRY(write(signer, signer.public_text(), files, protection));
  }
  Outcome out;
  out.json = {{"kind", options.kind},
              {"name", options.name},
              {"fingerprint", hex(id)},
              {"private", files.secret_half.native()},
              {"public", files.public_half.native()},
              {"protected", !words.view().empty()}};
  out.text =
      options.kind + " " + options.name + "\n" + line("fingerprint", hex(id)) +
      line("private key", files.secret_half.native() + "  (yours alone; it stays where it is)") +
      line("public key", files.public_half.native() + "  (for others; they compare the fingerprint with you)") +
      (is_recipient
           ? "Keep a copy of the private key in another safe place. Data that cannot be opened without it is lost\n"
             "when the key is lost: there is no way around it, for anybody. `triclave verify --rehearse` shows who\n"
             "can open what.\n"
           : "Who has the private key can seal, or rewrap, in this name: keep it apart from the keys that open.\n");
  return out;
}

}  // namespace

void add_keygen(CLI::App& app, Program& program) {
  add_command<KeygenOptions>(
      app, program, "keygen", "Make a key pair: NAME.key (mode 0600) and NAME.pub",
      [](CLI::App& command, KeygenOptions& options) {
        command.add_option("KIND", options.kind, "recipient (can open) or signer (can seal or rewrap)")
            ->required()
            ->check(CLI::IsMember({"recipient", "signer"}));
        command.add_option("NAME", options.name, "What the key is called, 1 to 64 bytes")->required();
        command.add_option("-o,--output", options.out, "Folder (DIR/ is made), or the files' name without ending")
            ->type_name("DIR|FILE");
        command.add_flag("--passphrase", options.ask, "Ask for a passphrase that protects the private key");
        command.add_option("--passphrase-file", options.passphrase_file, "Take the passphrase from FILE's first line")
            ->type_name("FILE");
        command.add_option("--passphrase-fd", options.passphrase_descriptor, "Take it from an open descriptor")
            ->type_name("N");
        command
            .add_option("--own-key", options.own_key_file,
                        "Bring your own key: 32 bytes, or their hex or base64; - reads a line")
            ->type_name("FILE");
        command.add_option("--own-key-fd", options.own_key_descriptor, "Take the own key from an open descriptor")
            ->type_name("N");
        command.footer("Secrets are never arguments: every user of the machine can read those.");
      },
      keygen);
}

}  // namespace triclave::cli
