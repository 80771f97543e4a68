// triclave custody replace: all that is sealed in a folder goes to new custodians; ciphertext stays as it is.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "base/try.h"
#include "cli/command.h"
#include "cli/custody.h"
#include "cli/files.h"
#include "cli/record_kind.h"
#include "cli/session.h"
#include "cli/text.h"
#include "triclave/store.h"

namespace triclave::cli {
namespace {

namespace fs = std::filesystem;

struct CustodyReplaceOptions : CommonOptions {
  std::string folder;
  std::string policy;
  std::string to;
  std::string owner;
  KeyOptions keys;
  MemoryOptions memory;
};

// A file and the capsules inside it; a detached one's file is its own.
struct Found {
  std::string key;
  FileKind kind = FileKind::object;
  std::vector<Bytes> records;  // empty ones are kept elsewhere
};

Result<Found> look_into(Source& source, const std::string& key) {
  Found out{key, FileKind::object, {}};
  TRICLAVE_TRY_ASSIGN(out.kind, kind_of(source));
  if (out.kind == FileKind::table) {
    TRICLAVE_TRY(inspect_table(source, &out.records));
    return out;
  }
  out.records.emplace_back();
  if (out.kind == FileKind::capsule) {
    TRICLAVE_TRY_ASSIGN(out.records.front(), read_whole(source, key, kMaxCapsuleFile));
  } else {
    TRICLAVE_TRY(inspect_object(source, &out.records.front()));
  }
  return out;
}

std::uint32_t generation_of(const CapsuleInfo& capsule) {
  std::uint32_t out = 0;
  for (const CapsuleCompartment& each : capsule.compartments) out = std::max(out, each.generation);
  return out;
}

class Replacement {
 public:
  Replacement(const Policy& to, const Signer& owner, Opener& opener) : to_(to), owner_(owner), opener_(opener) {}

  // Of several records of one capsule the newest counts: a run that was broken off left both kinds behind.
  Result<void> add(ByteView record) {
    TRICLAVE_TRY_ASSIGN(CapsuleInfo info, inspect_capsule(record));
    for (const CapsuleCompartment& each : info.compartments)
      for (const Id& key_id : each.recipients)
        if (!is_done(info) && !to_.is_owner_key(key_id)) former_.insert(key_id);
    const auto known = newest_.find(info.id);
    if (known != newest_.end() && generation_of(known->second.info) >= generation_of(info)) return {};
    newest_[info.id] = {Bytes(record.begin(), record.end()), std::move(info), {}};
    return {};
  }

  // Every capsule's next record, before anything is written: either all of them can be had, or nothing changes.
  Result<void> rewrap_all() {
    for (auto& [id, each] : newest_) {
      if (is_done(each.info)) {
        TRICLAVE_TRY(verify_capsule(each.record, to_));
        each.next = each.record;
        continue;
      }
      TRICLAVE_TRY(opener_.add_capsule(each.record));
      TRICLAVE_TRY_ASSIGN(each.next, opener_.rewrap(id, to_, owner_));
      TRICLAVE_TRY(verify_capsule(each.next, to_));
      ++rewrapped_;
    }
    return {};
  }

  // Empty where the record is the next one already.
  Result<Bytes> next_of(ByteView record) const {
    TRICLAVE_TRY_ASSIGN(const CapsuleInfo info, inspect_capsule(record));
    const Bytes& next = newest_.at(info.id).next;
    return std::equal(record.begin(), record.end(), next.begin(), next.end()) ? Bytes() : next;
  }

  std::size_t rewrapped() const { return rewrapped_; }
  // Keys that some record in the folder could be opened with, and that must die now.
  const std::set<Id>& former() const { return former_; }

 private:
  struct Capsule {
    Bytes record;
    CapsuleInfo info;
    Bytes next;
  };

  // Whether a run before this one has given the capsule to the new recipients.
  bool is_done(const CapsuleInfo& capsule) const {
    return std::all_of(capsule.compartments.begin(), capsule.compartments.end(), [&](const CapsuleCompartment& each) {
      const auto wanted = to_.compartment_policy(each.name);
      return wanted && *wanted == each.policy;
    });
  }

  const Policy& to_;
  const Signer& owner_;
  Opener& opener_;
  std::map<Id, Capsule> newest_;
  std::set<Id> former_;
  std::size_t rewrapped_ = 0;
};

// Writes the file anew where one of its capsules changes.
Result<bool> rewrite(ObjectStore& folder, const Found& found, const Replacement& replacement) {
  bool changes = false;
  std::vector<Bytes> next;
  for (const Bytes& record : found.records) {
    if (record.empty()) continue;
    TRICLAVE_TRY_ASSIGN(Bytes replaced, replacement.next_of(record));
    changes = changes || !replaced.empty();
    next.push_back(replaced.empty() ? record : std::move(replaced));
  }
  if (!changes) return false;
  TRICLAVE_TRY_ASSIGN(const auto source, folder.get(found.key));
  TRICLAVE_TRY_ASSIGN(const auto sink, folder.put(found.key));
  if (found.kind == FileKind::table) {
    TRICLAVE_TRY(replace_table_capsules(*source, next, *sink));
  } else if (found.kind == FileKind::object) {
    TRICLAVE_TRY(replace_capsule(*source, next.front(), *sink));
  } else {
    TRICLAVE_TRY(sink->write(next.front()));
    TRICLAVE_TRY(sink->finish());
  }
  return true;
}

Result<Outcome> replace(const CustodyReplaceOptions& options) {
  TRICLAVE_TRY_ASSIGN(const Policy from, Policy::load(options.policy));
  TRICLAVE_TRY_ASSIGN(const Policy to, Policy::load(options.to));
  TRICLAVE_TRY_ASSIGN(const Signer owner, load_signer(options.owner, options.keys));
  TRICLAVE_TRY_ASSIGN(const auto session, Session::start(from, options.keys, options.memory));
  std::error_code ignored;
  if (!fs::is_directory(options.folder, ignored))
    return fail(ErrorKind::invalid_argument, options.folder + " is no folder: `triclave rewrap` takes single files");
  TRICLAVE_TRY_ASSIGN(const auto folder, file_store(options.folder));

  Replacement replacement(to, owner, session->opener());
  std::vector<Found> files;
  TRICLAVE_TRY(folder->list("", [&](const StoreEntry& entry) -> Result<void> {
    TRICLAVE_TRY_ASSIGN(const auto source, folder->get(entry.key));
    auto found = look_into(*source, entry.key);
    if (!found) return fail(found.error().kind, options.folder + "/" + entry.key + ": " + found.error().message);
    for (const Bytes& record : found->records)
      if (!record.empty()) TRICLAVE_TRY(replacement.add(record));
    files.push_back(std::move(*found));
    return {};
  }));
  TRICLAVE_TRY(replacement.rewrap_all());
  std::size_t written = 0;
  for (const Found& each : files) {
    TRICLAVE_TRY_ASSIGN(const bool changed, rewrite(*folder, each, replacement));
    written += changed ? 1u : 0u;
  }
  Outcome out{fmt::format("{}: {} given to the recipients of {}, {} written, no ciphertext changed\n", options.folder,
                          counted(replacement.rewrapped(), "capsule"), options.to, counted(written, "file")),
              {{"folder", options.folder},
               {"rewrapped", replacement.rewrapped()},
               {"written", written},
               {"former", Json::array()}}};
  for (const Id& key_id : replacement.former()) {
    const std::string name = from.recipient_name(key_id);
    out.text += line("former " + name, hex(key_id));
    out.json["former"].push_back({{"name", name}, {"key_id", hex(key_id)}});
  }
  out.text +=
      "Whoever kept a former capsule can open it with the former keys until these are destroyed: have each former\n"
      "custodian destroy its key, and certify it with `triclave erase certificate`.\n";
  return out;
}

}  // namespace

void add_custody_replace(CLI::App& custody, Program& program) {
  add_command<CustodyReplaceOptions>(
      custody, program, "replace", "Give all that is sealed in a folder to new custodians; ciphertext stays as it is",
      [](CLI::App& command, CustodyReplaceOptions& options) {
        command.add_option("FOLDER", options.folder, "Sealed objects, tables and capsules")->required();
        command.add_option("--policy", options.policy, "Policy that it can be opened under now")
            ->required()
            ->type_name("OLD");
        command.add_option("--to", options.to, "Policy of the new custodians, with keys never used for this before")
            ->required()
            ->type_name("NEW");
        command.add_option("--owner", options.owner, "Private signing key of the owner")->required()->type_name("KEY");
        declare_keys(command, options.keys, "Private keys that open it now");
        declare_memory(command, options.memory);
        command.footer("Every capsule is rewrapped before the first file is written. Broken off, it can be run again.");
      },
      replace);
}

}  // namespace triclave::cli
