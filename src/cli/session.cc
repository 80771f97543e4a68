#include "cli/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "base/try.h"
#include "cli/files.h"
#include "cli/text.h"
#include "triclave/store.h"

namespace triclave::cli {
namespace {

namespace fs = std::filesystem;

// $XDG_STATE_HOME/triclave/generations, as the XDG base directory specification has it.
fs::path own_memory() {
  if (const char* state = std::getenv("XDG_STATE_HOME"); state != nullptr && *state == '/')
    return fs::path(state) / "triclave" / "generations";
  if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/')
    return fs::path(home) / ".local" / "state" / "triclave" / "generations";
  return {};
}

}  // namespace

bool holds(const CapsuleInfo& capsule, std::string_view dataset, std::string_view compartment) {
  return capsule.dataset == dataset &&
         std::any_of(capsule.compartments.begin(), capsule.compartments.end(),
                     [&](const CapsuleCompartment& each) { return each.name == compartment; });
}

void declare_memory(CLI::App& command, MemoryOptions& options) {
  auto* file =
      command.add_option("--memory", options.file,
                         "Where to remember the newest generation seen of each capsule, so that an older one is "
                         "refused (default: $XDG_STATE_HOME/triclave/generations)");
  file->type_name("FILE");
  command.add_flag("--no-memory", options.none, "Remember nothing and refuse no generation")->excludes(file);
}

Result<Bytes> capsule_near(const fs::path& folder, const Id& id) {
  std::error_code failed;
  const fs::path start = fs::absolute(folder.empty() ? "." : folder, failed);
  for (fs::path at = start;; at = at.parent_path()) {
    const fs::path file = at / capsule_key(id);
    if (fs::exists(file, failed)) return read_whole(file.native(), kMaxCapsuleFile);
    if (at == at.parent_path()) break;
  }
  return fail(
      ErrorKind::invalid_argument,
      fmt::format(
          "the capsule {} of this object is kept apart from it, and {} is not in {} or above: give it with --capsule",
          hex(ByteView(id).first(8)), capsule_key(id), start.native()));
}

Result<std::unique_ptr<Session>> Session::start(const Policy& policy, const KeyOptions& keys,
                                                const MemoryOptions& memory) {
  TRICLAVE_TRY_ASSIGN(auto providers, load_providers(policy, keys));
  auto out = std::make_unique<Session>();
  for (const auto& each : providers) out->asked_.insert(policy.recipient_name(each->key_id()));
  const fs::path file = memory.file.empty() ? own_memory() : fs::path(memory.file);
  if (!memory.none && !file.empty()) out->memory_ = file_generation_memory(file);
  GatherOptions options;
  options.deadline = std::chrono::milliseconds(static_cast<std::int64_t>(keys.permit.client.deadline * 1000));
  options.ask_everyone = keys.permit.ask_everyone;
  out->opener_ = Opener::make(policy, std::move(providers), out->memory_.get(), options);
  return out;
}

Result<CapsuleInfo> Session::add_capsule(ByteView record) {
  TRICLAVE_TRY_ASSIGN(CapsuleInfo info, opener_->add_capsule(record));
  capsules_.insert_or_assign(info.id, info);
  return info;
}

Result<ObjectInfo> Session::unlock(Source& sealed, const fs::path& folder) {
  Bytes record;
  TRICLAVE_TRY_ASSIGN(ObjectInfo info, inspect_object(sealed, &record));
  if (record.empty() && !capsules_.contains(info.capsule_id)) {
    TRICLAVE_TRY_ASSIGN(record, capsule_near(folder, info.capsule_id));
  }
  if (!record.empty()) TRICLAVE_TRY(add_capsule(record));
  // Nobody is asked for a key on the word of a header that does not fit its capsule.
  const auto capsule = capsules_.find(info.capsule_id);
  if (capsule == capsules_.end() || !holds(capsule->second, info.dataset, info.compartment))
    return fail(ErrorKind::forged, "the object's header and its capsule do not belong together");
  const bool is_open = std::any_of(gathered_.begin(), gathered_.end(), [&](const Gathered& each) {
    return each.capsule_id == info.capsule_id && each.compartment == info.compartment;
  });
  if (is_open) return info;
  TRICLAVE_TRY_ASSIGN(GatherReport report, opener_->unlock(info.capsule_id, std::span(&info.compartment, 1)));
  gathered_.push_back({info.capsule_id, info.compartment, only_asked(std::move(report))});
  return info;
}

Result<void> Session::know_capsules(Source& sealed, const fs::path& folder) {
  std::vector<Bytes> records;
  TRICLAVE_TRY_ASSIGN(const TableInfo info, inspect_table(sealed, &records));
  for (std::size_t i = 0; i < records.size(); ++i) {
    const Id& id = info.segments[i].capsule_id;
    if (records[i].empty() && !capsules_.contains(id)) {
      TRICLAVE_TRY_ASSIGN(records[i], capsule_near(folder, id));
    }
    if (!records[i].empty()) TRICLAVE_TRY(add_capsule(records[i]));
  }
  return {};
}

GatherReport Session::only_asked(GatherReport report) const {
  std::erase_if(report.failed, [&](const Culprit& each) { return !asked_.contains(each.who); });
  return report;
}

std::string Session::gathered_text() const {
  std::string out;
  for (const Gathered& each : gathered_) out += to_text(each.report);
  return out;
}

Json Session::gathered_json() const {
  Json out = Json::array();
  for (const Gathered& each : gathered_) {
    Json one = to_json(each.report);
    one["capsule_id"] = hex(each.capsule_id);
    one["compartment"] = each.compartment;
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace triclave::cli
