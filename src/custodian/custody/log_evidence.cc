// What a custodian's log says of keys' ends, as evidence for an erasure certificate.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "base/text_codec.h"
#include "base/try.h"
#include "triclave/audit.h"
#include "triclave/erasure.h"

namespace triclave {
namespace {

// One key's life as the log tells it.
struct Life {
  std::optional<KeyEvidence> end;
  std::set<std::string> released;  // compartments
  bool created = false;
  bool contradicts = false;  // it gave a mask away after its end
};

}  // namespace

//= SPEC ERA-04
Result<void> add_log_evidence(ErasureEvidence& evidence, LogFiles& files, const LogKey& log_key,
                              std::string_view dataset, std::span<const Id> keys) {
  std::map<Id, Life> lives;
  for (const Id& each : keys) lives.emplace(each, Life{});
  AuditOptions options;
  options.each = [&](std::uint64_t index, const LogEntry& entry) {
    Id id;
    if (entry.key_id.size() != id.size()) return;  // it is about no key
    std::copy(entry.key_id.begin(), entry.key_id.end(), id.begin());
    const auto found = lives.find(id);
    if (found == lives.end()) return;
    Life& life = found->second;
    if (entry.kind == LogEntryKind::key_destroyed && !life.end)
      life.end = KeyEvidence{id, DestroyedBy::log, entry.time, "", index};
    // Whatever was destroyed and is there again was not destroyed.
    if (entry.kind == LogEntryKind::key_created) {
      life.created = true;
      life.end.reset();
    }
    if (entry.kind != LogEntryKind::release) return;
    life.contradicts = life.contradicts || life.end.has_value();
    if (entry.dataset == dataset) life.released.insert(entry.compartments.begin(), entry.compartments.end());
  };
  TRICLAVE_TRY_ASSIGN(const Audit audit, audit_log(files, log_key, options));
  const Checkpoint& head = audit.checkpoint;
  for (auto& [id, life] : lives) {
    if (life.contradicts)
      return fail(ErrorKind::forged, fmt::format("the log {} says that key {} is destroyed and that it answered later: "
                                                 "ask the custodian, and do not count on its word",
                                                 head.origin, to_hex(id).substr(0, 16)));
    if (life.created) evidence.created.push_back(id);
    if (life.end) {
      life.end->log = head.origin;
      evidence.keys.push_back(*life.end);
    }
    for (const std::string& compartment : life.released) evidence.released.push_back({id, compartment});
  }
  const auto same = [&](const ErasureLog& each) { return each.origin == head.origin; };
  if (std::any_of(evidence.logs.begin(), evidence.logs.end(), same))
    return fail(ErrorKind::invalid_argument, fmt::format("the log {} was given twice", head.origin));
  evidence.logs.push_back({head.origin, head.size, head.root});
  return {};
}

}  // namespace triclave
