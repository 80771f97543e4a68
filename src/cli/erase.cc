// triclave erase: which compartments nobody can open any more, because their keys are destroyed.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <map>

#include "base/try.h"
#include "cli/capsules_in.h"
#include "cli/command.h"
#include "cli/files.h"
#include "cli/private_keys.h"
#include "cli/text.h"
#include "triclave/audit.h"
#include "triclave/erasure.h"

namespace triclave::cli {
namespace {

constexpr std::size_t kMaxCertificateFile = 16 * 1024 * 1024 + 1;

constexpr const char* kWhatItIs =
    "Dead is what no set of living keys opens, in any generation: crypto-erasure, per key and not per patient. This\n"
    "attests and cannot prove: who read before may have kept what they read, and nobody sees a copy of a key or of a\n"
    "released mask that was kept aside.\n";

struct CertificateOptions : CommonOptions {
  std::vector<std::string> paths;
  std::string policy;
  std::vector<std::string> former;
  std::string owner;
  KeyOptions keys;
  std::vector<std::string> logs;
  std::vector<std::string> destroyed;
  std::string out;
  bool force = false;
};

struct ShowOptions : CommonOptions {
  std::string certificate;
  std::string policy;
};

std::string evidence_text(const ErasedKey& key) {
  const KeyEvidence& known = key.evidence;
  if (known.destroyed_by == DestroyedBy::nobody) return "counts as living: nobody says that it is destroyed";
  const std::string who = known.destroyed_by == DestroyedBy::owner
                              ? "on the owner's own word"
                              : fmt::format("entry {} of the log {}", known.entry, known.log);
  return fmt::format("destroyed {}, {}{}", utc(known.destroyed), who,
                     key.post_quantum ? "" : "; a classical key, which a quantum attacker does not need");
}

std::string living_text(const LivingGeneration& living) {
  if (living.missing)
    return fmt::format("generation {} is not at hand and may live: give a capsule of that time, too", living.generation);
  std::vector<std::string> ways;
  for (const auto& coalition : living.coalitions) ways.push_back(coalition.empty() ? "no key" : listed(coalition));
  std::string out = fmt::format("generation {} opens with {}", living.generation, fmt::join(ways, ", or "));
  if (living.more) out += ", or others";
  if (!living.released.empty()) out += fmt::format("; masks of {} were given away before", listed(living.released));
  return out;
}

std::string to_text(const ErasureCertificate& certificate, const std::string& owner) {
  std::string out = line("owner", owner) + line("dataset", certificate.dataset) +
                    line("time", utc(certificate.time));
  for (const ErasureLog& each : certificate.logs)
    out += line("log", fmt::format("{}, {}, root {}", each.origin, fmt::format("{} entries", each.size), hex(each.root)));
  for (const ErasedKey& each : certificate.keys) out += line("key " + each.name, evidence_text(each));
  for (const CompartmentVerdict& each : certificate.compartments) {
    out += fmt::format("capsule {} compartment {}: {}\n", hex(ByteView(each.capsule_id).first(8)), each.compartment,
                       !each.dead          ? "LIVES"
                       : each.quantum_dead ? "DEAD"
                                           : "DEAD, but not to who has a quantum computer");
    for (const LivingGeneration& living : each.living) out += line("", living_text(living));
  }
  return out + kWhatItIs;
}

Json to_json(const ErasureCertificate& certificate) {
  Json logs = Json::array(), keys = Json::array(), compartments = Json::array();
  for (const ErasureLog& each : certificate.logs)
    logs.push_back({{"origin", each.origin}, {"size", each.size}, {"root", hex(each.root)}});
  for (const ErasedKey& each : certificate.keys) {
    const KeyEvidence& known = each.evidence;
    Json key = {{"name", each.name}, {"id", hex(known.key_id)}, {"post_quantum", each.post_quantum}};
    key["destroyed_by"] = known.destroyed_by == DestroyedBy::nobody ? Json()
                          : known.destroyed_by == DestroyedBy::log  ? Json("log")
                                                                    : Json("owner");
    if (known.destroyed_by != DestroyedBy::nobody) key["destroyed"] = known.destroyed;
    if (known.destroyed_by == DestroyedBy::log) key.update({{"log", known.log}, {"entry", known.entry}});
    keys.push_back(std::move(key));
  }
  for (const CompartmentVerdict& each : certificate.compartments) {
    Json living = Json::array();
    for (const LivingGeneration& one : each.living)
      living.push_back({{"generation", one.generation},
                        {"missing", one.missing},
                        {"coalitions", one.coalitions},
                        {"more", one.more},
                        {"released", one.released}});
    compartments.push_back({{"capsule_id", hex(each.capsule_id)},
                            {"compartment", each.compartment},
                            {"dead", each.dead},
                            {"quantum_dead", each.quantum_dead},
                            {"living", std::move(living)}});
  }
  return {{"owner", hex(certificate.owner)}, {"dataset", certificate.dataset}, {"time", certificate.time},
          {"logs", std::move(logs)},         {"keys", std::move(keys)},        {"compartments", std::move(compartments)}};
}

Result<const Verifier*> owner_of(const Policy& policy, const std::string& file) {
  if (policy.owner() == nullptr)
    return fail(ErrorKind::invalid_argument, file + ": the owner's key file is missing, and only it tells the owner's "
                                                    "signature; put it where the policy says");
  return policy.owner();
}

// The keys of each log that the policies name.
std::map<std::string, std::vector<Id>> keys_by_log(const std::vector<Policy>& policies) {
  std::map<std::string, std::vector<Id>> out;
  for (const Policy& policy : policies)
    for (const CustodianAddress& each : policy.custodians()) {
      auto& keys = out[each.log_key];
      if (std::find(keys.begin(), keys.end(), each.key_id) == keys.end()) keys.push_back(each.key_id);
    }
  return out;
}

// The custodian whose log a folder holds is the one whose key signed its checkpoint.
Result<void> add_log(const std::string& folder, const std::vector<Policy>& policies, ErasureEvidence& evidence) {
  const auto files = log_folder(folder);
  TRICLAVE_TRY_ASSIGN(const Bytes note, files->read("checkpoint"));
  for (const auto& [text, keys] : keys_by_log(policies)) {
    TRICLAVE_TRY_ASSIGN(const LogKey log_key, LogKey::parse(text));
    if (!open_checkpoint(as_text(note), log_key)) continue;
    return add_log_evidence(evidence, *files, log_key, policies.front().dataset(), keys);
  }
  return fail(ErrorKind::forged, fmt::format("{}: no custodian of these policies has signed this log: add the policy "
                                             "under which its custodian stood with --former",
                                             folder));
}

Result<KeyEvidence> own_word(const std::string& name, const std::vector<Policy>& policies, std::uint64_t time) {
  for (const Policy& policy : policies)
    for (const RecipientFacts& each : policy.explain().recipients) {
      if (each.name != name || each.fingerprint.empty()) continue;
      TRICLAVE_TRY_ASSIGN(const Bytes id, from_hex(each.fingerprint));
      KeyEvidence out{{}, DestroyedBy::owner, time, "", 0};
      std::copy_n(id.begin(), std::min(id.size(), out.key_id.size()), out.key_id.begin());
      return out;
    }
  return fail(ErrorKind::invalid_argument, fmt::format("no recipient with a known key is called {}", name));
}

Result<Outcome> certificate(const CertificateOptions& options) {
  std::vector<Policy> policies;
  TRICLAVE_TRY_ASSIGN(Policy today, Policy::load(options.policy));
  policies.push_back(std::move(today));
  for (const std::string& file : options.former) {
    TRICLAVE_TRY_ASSIGN(Policy former, Policy::load(file));
    if (former.dataset() != policies.front().dataset())
      return fail(ErrorKind::invalid_argument, fmt::format("{} is of dataset {}, not of {}", file, former.dataset(),
                                                           policies.front().dataset()));
    policies.push_back(std::move(former));
  }
  TRICLAVE_TRY_ASSIGN(const Signer owner, load_signer(options.owner, options.keys));
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto time = static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(now).count());

  ErasureEvidence evidence;
  for (const std::string& folder : options.logs) TRICLAVE_TRY(add_log(folder, policies, evidence));
  for (const std::string& name : options.destroyed) {
    TRICLAVE_TRY_ASSIGN(KeyEvidence word, own_word(name, policies, time));
    evidence.keys.push_back(std::move(word));
  }
  TRICLAVE_TRY_ASSIGN(const auto capsules, capsules_in(options.paths));
  TRICLAVE_TRY_ASSIGN(const Bytes record, certify_erasure(capsules, policies, evidence, owner, time));
  // What is told is what every reader will be told.
  TRICLAVE_TRY_ASSIGN(const ErasureCertificate read, verify_erasure(record, owner.verifier()));
  TRICLAVE_TRY(write_whole(options.out, record, options.force));
  Json json = to_json(read);
  json["certificate"] = options.out;
  return Outcome{fmt::format("wrote {}\n", options.out) + to_text(read, owner.verifier().name()), std::move(json),
                 options.out == kDash};
}

Result<Outcome> show(const ShowOptions& options) {
  TRICLAVE_TRY_ASSIGN(const Policy policy, Policy::load(options.policy));
  TRICLAVE_TRY_ASSIGN(const Verifier* owner, owner_of(policy, options.policy));
  TRICLAVE_TRY_ASSIGN(const Bytes record, read_whole(options.certificate, kMaxCertificateFile));
  TRICLAVE_TRY_ASSIGN(const ErasureCertificate read, verify_erasure(record, *owner));
  if (read.dataset != policy.dataset())
    return fail(ErrorKind::forged, fmt::format("the certificate is of dataset {}, the policy of {}", read.dataset,
                                               policy.dataset()));
  return Outcome{fmt::format("{}: the owner's signature stands\n", options.certificate) + to_text(read, owner->name()),
                 to_json(read)};
}

}  // namespace

void add_erase(CLI::App& app, Program& program) {
  CLI::App* erase = app.add_subcommand("erase", "Which compartments are dead because their keys are destroyed");
  erase->require_subcommand(1);
  add_command<CertificateOptions>(
      *erase, program, "certificate", "Certify which keys are destroyed, and so what nobody can open any more",
      [](CLI::App& command, CertificateOptions& options) {
        command.add_option("PATH", options.paths, "Capsules, sealed objects, tables, folders: of every generation")
            ->required();
        command.add_option("--policy", options.policy, "Policy of today")->required()->type_name("FILE");
        command.add_option("--former", options.former, "Policies under which former custodians stood")
            ->type_name("FILE...");
        command.add_option("--owner", options.owner, "Private signing key of the owner")->required()->type_name("KEY");
        declare_passphrases(command, options.keys);
        command.add_option("--log", options.logs, "Folders with copies of custodians' logs: `triclave audit copy`")
            ->type_name("FOLDER...");
        command
            .add_option("--destroyed", options.destroyed,
                        "Recipients of the owner's own of which every copy of the key is destroyed, on your word")
            ->type_name("NAME...");
        command.add_option("-o,--output", options.out, "Where to write the certificate")->required()->type_name("OUT");
        command.add_flag("--force", options.force, "Replace OUT");
      },
      certificate);
  add_command<ShowOptions>(
      *erase, program, "show", "Check an erasure certificate and tell what follows from it",
      [](CLI::App& command, ShowOptions& options) {
        command.add_option("CERTIFICATE", options.certificate, "Erasure certificate")->required();
        command.add_option("--policy", options.policy, "Policy that names the owner")->required()->type_name("FILE");
      },
      show);
}

}  // namespace triclave::cli
