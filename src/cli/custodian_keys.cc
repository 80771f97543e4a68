// triclave custodian key .., approve, floor
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/try.h"
#include "cli/custodian.h"
#include "cli/files.h"
#include "cli/text.h"
#include "triclave/custodian_office.h"

namespace triclave::cli {
namespace {

constexpr std::size_t kMaxPermitFile = 64 * 1024;
constexpr std::size_t kLeastPrefix = 8;  // digits of a fingerprint

struct CreateOptions : UnlockOptions {
  std::string owner;
  std::string dataset;
  std::string name;
  std::string out;
};

struct ExportOptions : CustodianOptions {
  std::string key;
  std::string out;
  bool force = false;
};

struct DestroyOptions : UnlockOptions {
  std::string key;
};

struct ApproveOptions : UnlockOptions {
  std::string permit;
};

struct FloorOptions : UnlockOptions {
  std::string capsule;
  std::uint32_t generation = 0;
};

std::string date(std::chrono::sys_seconds time) {
  return time.time_since_epoch().count() == 0 ? "" : fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", time);
}

Json to_json(const CustodianKey& key) {
  return {{"fingerprint", hex(key.recipient.id())}, {"name", key.recipient.name()}, {"owner", hex(key.owner)},
          {"dataset", key.dataset},                 {"epoch", key.epoch},           {"created", date(key.created)},
          {"destroyed", date(key.destroyed)}};
}

std::string to_text(const CustodianKey& key) {
  const std::string destroyed = date(key.destroyed);
  return fmt::format("{}, epoch {}, {}\n", key.dataset, key.epoch, key.recipient.name()) +
         line("fingerprint", hex(key.recipient.id())) + line("owner", hex(key.owner)) + line("created", date(key.created)) +
         (destroyed.empty() ? "" : line("destroyed", destroyed));
}

Result<CustodianOffice> open_office(const UnlockOptions& options) {
  TRICLAVE_TRY_ASSIGN(const SecretText words, custodian_passphrase(options));
  return CustodianOffice::open(options.config, words.view());
}

// By its fingerprint, or the beginning of it.
Result<CustodianKey> find_key(const std::string& config, const std::string& fingerprint) {
  if (fingerprint.size() < kLeastPrefix)
    return fail(ErrorKind::invalid_argument, "give at least 8 digits of the key's fingerprint; `key list` shows them");
  TRICLAVE_TRY_ASSIGN(const auto keys, custodian_keys(config));
  const auto fits = [&](const CustodianKey& key) { return hex(key.recipient.id()).starts_with(fingerprint); };
  const auto found = std::find_if(keys.begin(), keys.end(), fits);
  if (found == keys.end())
    return fail(ErrorKind::invalid_argument, "no key " + fingerprint + " here; `triclave custodian key list` shows them");
  if (std::find_if(found + 1, keys.end(), fits) != keys.end())
    return fail(ErrorKind::invalid_argument, fingerprint + " fits several keys; give more digits");
  return *found;
}

Result<Outcome> create(const CreateOptions& options) {
  TRICLAVE_TRY_ASSIGN(const Verifier owner, Verifier::load(options.owner));
  TRICLAVE_TRY_ASSIGN(CustodianOffice office, open_office(options));
  TRICLAVE_TRY_ASSIGN(const CustodianKey key, office.create_key(owner, options.dataset, options.name, now()));
  if (!options.out.empty()) TRICLAVE_TRY(write_whole(options.out, as_bytes(key.recipient.to_text()), false));
  return Outcome{to_text(key) + "Give its owner the public key (`key export-public`) and, by another way, the fingerprint.\n",
                 to_json(key)};
}

Result<Outcome> list(const CustodianOptions& options) {
  TRICLAVE_TRY_ASSIGN(const auto keys, custodian_keys(options.config));
  Outcome out{"", Json{{"keys", Json::array()}}};
  for (const CustodianKey& key : keys) {
    out.text += to_text(key);
    out.json["keys"].push_back(to_json(key));
  }
  if (keys.empty()) out.text = "no keys; `triclave custodian key create` makes one\n";
  return out;
}

Result<Outcome> export_public(const ExportOptions& options) {
  TRICLAVE_TRY_ASSIGN(const CustodianKey key, find_key(options.config, options.key));
  TRICLAVE_TRY(write_whole(options.out, as_bytes(key.recipient.to_text()), options.force));
  Outcome out{to_text(key), to_json(key)};
  out.data_on_stdout = options.out == kDash;
  return out;
}

Result<Outcome> destroy(const DestroyOptions& options) {
  TRICLAVE_TRY_ASSIGN(const CustodianKey found, find_key(options.config, options.key));
  TRICLAVE_TRY_ASSIGN(CustodianOffice office, open_office(options));
  TRICLAVE_TRY_ASSIGN(const CustodianKey key, office.destroy_key(found.recipient.id(), now()));
  return Outcome{to_text(key) + "Destroyed here. Backups that hold it must go as well, and copies that the storage keeps.\n",
                 to_json(key)};
}

Result<Outcome> approve(const ApproveOptions& options) {
  TRICLAVE_TRY_ASSIGN(const Bytes permit, read_whole(options.permit, kMaxPermitFile));
  TRICLAVE_TRY_ASSIGN(CustodianOffice office, open_office(options));
  TRICLAVE_TRY(office.approve(permit, now()));
  return Outcome{"Approved; the log says so.\n", {{"approved", options.permit}}};
}

Result<Outcome> raise_floor(const FloorOptions& options) {
  const auto bytes = from_hex(options.capsule);
  Id capsule{};
  if (!bytes || bytes->size() != capsule.size())
    return fail(ErrorKind::invalid_argument, "a capsule's id has 64 hex digits; `triclave inspect` shows it");
  std::copy(bytes->begin(), bytes->end(), capsule.begin());
  TRICLAVE_TRY_ASSIGN(CustodianOffice office, open_office(options));
  TRICLAVE_TRY(office.raise_floor(capsule, options.generation));
  return Outcome{fmt::format("Generations below {} are answered no more.\n", options.generation),
                 {{"capsule", options.capsule}, {"generation", options.generation}}};
}

constexpr const char* kKeyHelp = "Its fingerprint, or the first digits of it";

void add_key(CLI::App& group, Program& program) {
  CLI::App* key = group.add_subcommand("key", "The keys that are held, one for each owner, dataset and epoch");
  key->require_subcommand(1);
  add_command<CreateOptions>(
      *key, program, "create", "Make the next epoch's key for an owner's dataset",
      [](CLI::App& command, CreateOptions& options) {
        declare_unlock(command, options);
        command.add_option("--owner", options.owner, "The owner's signer key (public)")->required()->type_name("FILE");
        command.add_option("--dataset", options.dataset, "The dataset's name")->required()->type_name("NAME");
        command.add_option("--name", options.name, "What the key is called (default: DATASET-EPOCH)")->type_name("NAME");
        command.add_option("-o,--output", options.out, "Write its public half")->type_name("FILE");
      },
      create);
  add_command<CustodianOptions>(*key, program, "list", "Show all keys, destroyed ones too", declare_config, list);
  add_command<ExportOptions>(
      *key, program, "export-public", "Write a key's public half",
      [](CLI::App& command, ExportOptions& options) {
        declare_config(command, options);
        command.add_option("KEY", options.key, kKeyHelp)->required();
        command.add_option("-o,--output", options.out, "Where to; - is standard output")->required()->type_name("FILE");
        command.add_flag("--force", options.force, "Replace a file that exists");
      },
      export_public);
  add_command<DestroyOptions>(
      *key, program, "destroy", "Destroy a key for good; what only it opens is lost",
      [](CLI::App& command, DestroyOptions& options) {
        declare_unlock(command, options);
        command.add_option("KEY", options.key, kKeyHelp)->required();
      },
      destroy);
}

}  // namespace

void add_custodian_keys(CLI::App& group, Program& program) {
  add_key(group, program);
  add_command<ApproveOptions>(
      group, program, "approve", "Approve a permit that needs this custodian's consent",
      [](CLI::App& command, ApproveOptions& options) {
        declare_unlock(command, options);
        command.add_option("PERMIT", options.permit, "The permit's file")->required();
      },
      approve);
  add_command<FloorOptions>(
      group, program, "floor", "Answer no generation of a capsule below this one",
      [](CLI::App& command, FloorOptions& options) {
        declare_unlock(command, options);
        command.add_option("CAPSULE", options.capsule, "The capsule's id, 64 hex digits")->required();
        command.add_option("GENERATION", options.generation, "The least generation that is answered")->required();
      },
      raise_floor);
}

}  // namespace triclave::cli
