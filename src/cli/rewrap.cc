// triclave rewrap: new custodians or a new policy for what is sealed already; objects stay bit-identical.
#include <fmt/format.h>

#include <filesystem>

#include "base/try.h"
#include "cli/command.h"
#include "cli/files.h"
#include "cli/record_kind.h"
#include "cli/session.h"
#include "cli/text.h"
#include "triclave/store.h"

namespace triclave::cli {
namespace {

namespace fs = std::filesystem;

struct RewrapOptions : CommonOptions {
  std::string file;
  std::string policy;
  std::string to;
  std::string owner;
  KeyOptions keys;
  MemoryOptions memory;
  std::vector<std::string> compartments;
  std::string out;
  bool force = false;
};

struct Work {
  const RewrapOptions& options;
  const Policy& to;
  const Signer& owner;
  Opener& opener;

  // The capsule's next record, proven by reading it as everybody will.
  Result<Bytes> rewrap(ByteView record) const {
    TRICLAVE_TRY_ASSIGN(const CapsuleInfo before, opener.add_capsule(record));
    TRICLAVE_TRY_ASSIGN(Bytes next, opener.rewrap(before.id, to, owner, options.compartments));
    auto verified = verify_capsule(next, to);
    if (!verified)
      return fail(ErrorKind::invalid_argument,
                  fmt::format("nobody could open it under {}: {}", options.to, verified.error().message));
    return next;
  }
};

Outcome outcome(const RewrapOptions& options, const std::vector<CapsuleInfo>& capsules, const std::string& written) {
  Outcome out{"", {{"output", written}, {"capsules", Json::array()}}};
  for (const CapsuleInfo& each : capsules) {
    out.text += to_text(each);
    out.json["capsules"].push_back(to_json(each));
  }
  out.text =
      fmt::format("rewrapped {} into {}\n", options.file, written) + out.text +
      "Whoever kept the former capsule and the former keys can still open it with them: the old rule ends when the\n"
      "former custodians destroy their keys.\n";
  return out;
}

// The whole folder: every capsule that sealed stores keep in it.
Result<Outcome> rewrap_folder(const Work& work) {
  if (!work.options.out.empty())
    return fail(ErrorKind::invalid_argument, "a folder's capsules are rewrapped in their place: leave -o out");
  TRICLAVE_TRY_ASSIGN(const auto folder, file_store(work.options.file));
  std::vector<std::string> keys;
  TRICLAVE_TRY(folder->list(".triclave/", [&](const StoreEntry& entry) -> Result<void> {
    if (entry.key.ends_with(".capsule")) keys.push_back(entry.key);
    return {};
  }));
  if (keys.empty())
    return fail(ErrorKind::invalid_argument, "there is no capsule in " + work.options.file + "/.triclave");
  std::vector<CapsuleInfo> done;
  for (const std::string& key : keys) {
    TRICLAVE_TRY_ASSIGN(const auto source, folder->get(key));
    TRICLAVE_TRY_ASSIGN(const Bytes record, read_whole(*source, key, kMaxCapsuleFile));
    TRICLAVE_TRY_ASSIGN(const Bytes next, work.rewrap(record));
    TRICLAVE_TRY_ASSIGN(const auto sink, folder->put(key));
    TRICLAVE_TRY(sink->write(next));
    TRICLAVE_TRY(sink->finish());
    TRICLAVE_TRY_ASSIGN(CapsuleInfo info, inspect_capsule(next));
    done.push_back(std::move(info));
  }
  return outcome(work.options, done, work.options.file + "/.triclave");
}

// Every capsule inside the table, of each of its segments.
Result<Outcome> rewrap_table(const Work& work, Source& source, const std::string& out) {
  std::vector<Bytes> records, rewrapped;
  TRICLAVE_TRY_ASSIGN(const TableInfo info, inspect_table(source, &records));
  std::vector<CapsuleInfo> done;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (records[i].empty())
      return fail(ErrorKind::invalid_argument,
                  fmt::format("{} has its capsule {} elsewhere, and that is what is rewrapped: name the capsule's file",
                              work.options.file, hex(ByteView(info.segments[i].capsule_id).first(8))));
    TRICLAVE_TRY_ASSIGN(Bytes next, work.rewrap(records[i]));
    TRICLAVE_TRY_ASSIGN(CapsuleInfo capsule, inspect_capsule(next));
    done.push_back(std::move(capsule));
    rewrapped.push_back(std::move(next));
  }
  TRICLAVE_TRY_ASSIGN(const auto sink, open_output(out, work.options.force || work.options.out.empty()));
  TRICLAVE_TRY(replace_table_capsules(source, rewrapped, *sink));
  return outcome(work.options, done, out);
}

Result<Outcome> rewrap_file(const Work& work) {
  const RewrapOptions& options = work.options;
  const std::string out = options.out.empty() ? options.file : options.out;
  if (options.file == kDash || out == kDash)
    return fail(ErrorKind::invalid_argument,
                "rewrap wants files, not pipes: an object is replaced whole or not at all");
  TRICLAVE_TRY_ASSIGN(const auto source, file_source(options.file));
  TRICLAVE_TRY_ASSIGN(const FileKind kind, kind_of(*source));
  if (kind == FileKind::table) return rewrap_table(work, *source, out);
  Bytes record;
  if (kind == FileKind::capsule) {
    TRICLAVE_TRY_ASSIGN(record, read_whole(*source, options.file, kMaxCapsuleFile));
  } else {
    TRICLAVE_TRY_ASSIGN(const ObjectInfo info, inspect_object(*source, &record));
    if (record.empty())
      return fail(ErrorKind::invalid_argument,
                  fmt::format("{} has its capsule {} elsewhere, and that is what is rewrapped: name the capsule's file",
                              options.file, hex(ByteView(info.capsule_id).first(8))));
  }
  TRICLAVE_TRY_ASSIGN(const Bytes next, work.rewrap(record));
  // In its own place the file is what it was but for the capsule; elsewhere nothing is replaced unasked.
  TRICLAVE_TRY_ASSIGN(const auto sink, open_output(out, options.force || options.out.empty()));
  if (kind == FileKind::capsule) {
    TRICLAVE_TRY(sink->write(next));
    TRICLAVE_TRY(sink->finish());
  } else {
    TRICLAVE_TRY(replace_capsule(*source, next, *sink));
  }
  TRICLAVE_TRY_ASSIGN(const CapsuleInfo info, inspect_capsule(next));
  return outcome(options, {info}, out);
}

Result<Outcome> rewrap(const RewrapOptions& options) {
  TRICLAVE_TRY_ASSIGN(const Policy policy, Policy::load(options.policy));
  TRICLAVE_TRY_ASSIGN(const Policy to, Policy::load(options.to));
  TRICLAVE_TRY_ASSIGN(const Signer owner, load_signer(options.owner, options.keys));
  TRICLAVE_TRY_ASSIGN(const auto session, Session::start(policy, options.keys, options.memory));
  const Work work{options, to, owner, session->opener()};
  std::error_code ignored;
  return fs::is_directory(options.file, ignored) ? rewrap_folder(work) : rewrap_file(work);
}

}  // namespace

void add_rewrap(CLI::App& app, Program& program) {
  add_command<RewrapOptions>(
      app, program, "rewrap", "Give what is sealed to new custodians or a new policy; ciphertext stays as it is",
      [](CLI::App& command, RewrapOptions& options) {
        command.add_option("FILE", options.file, "Sealed object or table with its capsule, capsule file, or folder")
            ->required();
        command.add_option("--policy", options.policy, "Policy that it can be opened under now")
            ->required()
            ->type_name("OLD");
        command.add_option("--to", options.to, "Policy that it shall be opened under")->required()->type_name("NEW");
        command.add_option("--owner", options.owner, "Private signing key of the owner")->required()->type_name("KEY");
        declare_keys(command, options.keys, "Private keys that open it now");
        command.add_option("--compartment", options.compartments, "Only these compartments")->type_name("NAME...");
        command.add_option("-o,--output", options.out, "Where to write (default: in its place, atomically)")
            ->type_name("OUT");
        declare_memory(command, options.memory);
        command.add_flag("--force", options.force, "Replace OUT");
      },
      rewrap);
}

}  // namespace triclave::cli
