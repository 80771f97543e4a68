// triclave verify: are signatures and structure in order, and can it be opened? Before a source is deleted, for one.
#include <fmt/format.h>

#include <filesystem>
#include <set>

#include "base/try.h"
#include "cli/command.h"
#include "cli/files.h"
#include "cli/open.h"
#include "cli/progress.h"
#include "cli/record_kind.h"
#include "cli/session.h"
#include "cli/text.h"
#include "table/owned.h"
#include "triclave/store.h"

namespace triclave::cli {
namespace {

namespace fs = std::filesystem;

struct VerifyOptions : CommonOptions {
  std::string path;
  std::string policy;
  KeyOptions keys;
  MemoryOptions memory;
  std::string capsule;
  bool can_open = false;
  bool rehearse = false;
};

class NowhereSink final : public Sink {
 public:
  Result<void> write(ByteView) override { return {}; }
  Result<void> finish() override { return {}; }
};

class Verification {
 public:
  Verification(const VerifyOptions& options, const Policy& policy, Session* session)
      : options_(options), policy_(policy), session_(session) {}

  // `near`: where a capsule kept apart is looked for. `key`: the name that the object must have, where a store demands
  // one.
  Result<void> object(std::unique_ptr<Source> source, const fs::path& near, const std::string* key) {
    Bytes record;
    TRICLAVE_TRY_ASSIGN(const ObjectInfo info, inspect_object(*source, &record));
    if (key != nullptr && info.name != *key)
      return fail(ErrorKind::forged, fmt::format("the object \"{}\" stands under this name", info.name));
    if (record.empty() && !options_.capsule.empty()) {
      TRICLAVE_TRY_ASSIGN(record, read_whole(options_.capsule, kMaxCapsuleFile));
    } else if (record.empty()) {
      TRICLAVE_TRY_ASSIGN(record, capsule_near(near, info.capsule_id));
    }
    TRICLAVE_TRY_ASSIGN(const CapsuleInfo capsule, this->capsule(record));
    if (capsule.id != info.capsule_id || !holds(capsule, info.dataset, info.compartment))
      return fail(ErrorKind::forged, "the object's header and the capsule do not belong together");
    if (options_.can_open) TRICLAVE_TRY(read_through(std::move(source)));
    if (options_.rehearse) TRICLAVE_TRY(rehearse(capsule.id, info.compartment));
    ++objects_;
    return {};
  }

  // A sealed table: every segment's capsule; with keys, every chunk of what they open.
  Result<void> table(std::unique_ptr<Source> source, const fs::path& near) {
    std::vector<Bytes> records;
    TRICLAVE_TRY_ASSIGN(const TableInfo info, inspect_table(*source, &records));
    for (std::size_t i = 0; i < records.size(); ++i) {
      const TableSegment& segment = info.segments[i];
      if (records[i].empty() && !options_.capsule.empty()) {
        TRICLAVE_TRY_ASSIGN(records[i], read_whole(options_.capsule, kMaxCapsuleFile));
      } else if (records[i].empty()) {
        TRICLAVE_TRY_ASSIGN(records[i], capsule_near(near, segment.capsule_id));
      }
      TRICLAVE_TRY_ASSIGN(const CapsuleInfo capsule, this->capsule(records[i]));
      for (const std::string& compartment : segment.compartments) {
        if (capsule.id != segment.capsule_id || !holds(capsule, info.dataset, compartment))
          return fail(ErrorKind::forged, "the table's header and the capsule do not belong together");
        if (options_.rehearse) TRICLAVE_TRY(rehearse(capsule.id, compartment));
      }
    }
    if (options_.can_open) TRICLAVE_TRY(read_through_table(std::move(source), info.segments.front().compartments));
    ++objects_;
    return {};
  }

  Result<CapsuleInfo> capsule(ByteView record) {
    TRICLAVE_TRY_ASSIGN(CapsuleInfo info, verify_capsule(record, policy_));
    if (session_ != nullptr) TRICLAVE_TRY(session_->opener().add_capsule(record));
    capsules_.insert(info.id);
    return info;
  }

  Result<void> rehearse(const Id& id, const std::string& compartment) {
    if (!rehearsed_.insert({id, compartment}).second) return {};
    TRICLAVE_TRY_ASSIGN(const auto reports, session_->opener().rehearse(id, compartment));
    text_ += fmt::format("compartment {} of capsule {} opens with each of these, apart from each other:\n", compartment,
                         hex(ByteView(id).first(8)));
    Json coalitions = Json::array();
    for (const GatherReport& each : reports) {
      text_ += line("", listed(each.used));
      coalitions.push_back(each.used);
    }
    rehearsals_.push_back(
        {{"capsule_id", hex(id)}, {"compartment", compartment}, {"coalitions", std::move(coalitions)}});
    return {};
  }

  Outcome outcome() const {
    std::string what = fmt::format("{}: {} object(s), {} capsule(s): structure and signatures in order\n",
                                   options_.path, objects_, capsules_.size());
    if (options_.can_open) what += fmt::format("every object read to its proven end: {}\n", size_text(read_));
    return {what + text_,
            {{"path", options_.path},
             {"objects", objects_},
             {"capsules", capsules_.size()},
             {"read_through", options_.can_open ? Json(read_) : Json()},
             {"rehearsals", rehearsals_}}};
  }

 private:
  Result<void> read_through(std::unique_ptr<Source> source) {
    TRICLAVE_TRY_ASSIGN(const auto object, session_->opener().object(std::move(source)));
    NowhereSink nowhere;
    Progress progress("verifying " + object->info().name, object->info().plain_size);
    CountingSink counting(nowhere, progress);
    TRICLAVE_TRY_ASSIGN(const std::uint64_t size, object->copy_to(counting));
    read_ += size;
    return {};
  }

  // All of it: of a compartment that stays closed nobody could say that it can be opened.
  Result<void> read_through_table(std::unique_ptr<Source> source, const std::vector<std::string>& compartments) {
    Progress progress("verifying " + options_.path, source->size());
    CountingSource counting(*source, progress);
    TRICLAVE_TRY_ASSIGN(OpenTable table,
                        OpenTable::open(session_->opener(), std::make_unique<CountingSource>(counting), compartments));
    for (std::uint64_t i = 0; i < table.row_groups(); ++i) {
      table::OwnedArray batch;
      TRICLAVE_TRY(table.read(i, {}, batch.get()));
    }
    text_ += table_text(table);
    read_ += source->size().value_or(0);
    return {};
  }

  const VerifyOptions& options_;
  const Policy& policy_;
  Session* session_;
  std::size_t objects_ = 0;
  std::uint64_t read_ = 0;
  std::set<Id> capsules_;
  std::set<std::pair<Id, std::string>> rehearsed_;
  std::string text_;
  Json rehearsals_ = Json::array();
};

// Goes on behind a failure, so that one look shows all that is broken.
Result<void> verify_folder(const VerifyOptions& options, Verification& verification) {
  TRICLAVE_TRY_ASSIGN(const auto folder, file_store(options.path));
  std::vector<Culprit> broken;
  std::size_t met = 0;
  TRICLAVE_TRY(folder->list("", [&](const StoreEntry& entry) -> Result<void> {
    ++met;
    const bool is_capsule = entry.key.starts_with(".triclave/");
    auto verified = folder->get(entry.key).and_then([&](std::unique_ptr<Source> source) -> Result<void> {
      TRICLAVE_TRY_ASSIGN(const FileKind kind, kind_of(*source));
      if (kind == FileKind::table) return verification.table(std::move(source), options.path);
      if (!is_capsule) return verification.object(std::move(source), options.path, &entry.key);
      TRICLAVE_TRY_ASSIGN(const Bytes record, read_whole(*source, entry.key, kMaxCapsuleFile));
      TRICLAVE_TRY_ASSIGN(const CapsuleInfo info, verification.capsule(record));
      if (capsule_key(info.id) != entry.key) return fail(ErrorKind::forged, "another capsule stands under this name");
      return {};
    });
    if (!verified) broken.push_back({entry.key, verified.error().text(), verified.error().kind});
    return {};
  }));
  if (met == 0) return fail(ErrorKind::invalid_argument, "there is nothing in " + options.path);
  if (broken.empty()) return {};
  const ErrorKind kind = broken.front().kind;
  std::string what = fmt::format("{} of {} files in {} are not in order", broken.size(), met, options.path);
  return fail(kind, std::move(what), std::move(broken));
}

Result<void> verify_file(const VerifyOptions& options, Verification& verification) {
  TRICLAVE_TRY_ASSIGN(auto source, file_source(options.path));
  TRICLAVE_TRY_ASSIGN(const FileKind kind, kind_of(*source));
  if (kind == FileKind::table) return verification.table(std::move(source), fs::path(options.path).parent_path());
  if (kind == FileKind::object)
    return verification.object(std::move(source), fs::path(options.path).parent_path(), nullptr);
  if (options.can_open)
    return fail(ErrorKind::invalid_argument,
                "a capsule holds no data to read through: verify an object, or use --rehearse");
  TRICLAVE_TRY_ASSIGN(const Bytes record, read_whole(*source, options.path, kMaxCapsuleFile));
  TRICLAVE_TRY_ASSIGN(const CapsuleInfo info, verification.capsule(record));
  if (!options.rehearse) return {};
  for (const CapsuleCompartment& each : info.compartments) TRICLAVE_TRY(verification.rehearse(info.id, each.name));
  return {};
}

Result<Outcome> verify(const VerifyOptions& options) {
  TRICLAVE_TRY_ASSIGN(const Policy policy, Policy::load(options.policy));
  std::unique_ptr<Session> session;
  if (options.can_open || options.rehearse) {
    TRICLAVE_TRY_ASSIGN(session, Session::start(policy, options.keys, options.memory));
  }
  Verification verification(options, policy, session.get());
  std::error_code ignored;
  TRICLAVE_TRY(fs::is_directory(options.path, ignored) ? verify_folder(options, verification)
                                                       : verify_file(options, verification));
  return verification.outcome();
}

}  // namespace

void add_verify(CLI::App& app, Program& program) {
  add_command<VerifyOptions>(
      app, program, "verify", "Check signatures and structure; with keys, prove that it can be opened",
      [](CLI::App& command, VerifyOptions& options) {
        command.add_option("PATH", options.path, "Sealed object, table, capsule, or folder")->required();
        command.add_option("--policy", options.policy, "Policy file")->required()->type_name("FILE");
        command.add_option("--capsule", options.capsule, "The object's capsule, where it is kept apart")
            ->type_name("FILE");
        command.add_flag("--can-open", options.can_open, "Read everything through to its proven end; release nothing");
        command.add_flag("--rehearse", options.rehearse,
                         "Open with each smallest coalition that the policy allows and the keys can form");
        declare_keys(command, options.keys, "Private keys for --can-open and --rehearse");
        declare_memory(command, options.memory);
        command.footer("Run --can-open and --rehearse before the source is deleted. A lost owner's key is lost data.");
      },
      verify);
}

}  // namespace triclave::cli
