// Whether each release of one log stands in the others too.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/try.h"
#include "custodian/log/tile_path.h"
#include "triclave/audit.h"

namespace triclave {
namespace {

constexpr std::size_t kMostShown = 1000;

// A million of them take 48 MB.
struct Mention {
  Id session{};
  std::uint64_t index = 0;
  std::uint32_t log = 0;
  bool released = false;
};

Result<LogEntry> entry_at(LogFiles& files, std::uint64_t index, std::uint64_t size) {
  const auto path = tile_in(custodian::TilePath::Kind::entries, 0, index / custodian::kTileWidth, size);
  TRICLAVE_TRY_ASSIGN(const Bytes bytes, files.read(format_tile_path(path)));
  TRICLAVE_TRY_ASSIGN(const auto entries, custodian::parse_bundle(bytes, path.width));
  return parse_log_entry(entries[index % custodian::kTileWidth]);
}

// The mentions of one session.
Result<void> judge(std::span<const Mention> group, const std::vector<ComparedLog>& logs, std::size_t at_least,
                   Comparison& out) {
  std::set<std::uint32_t> released;
  std::size_t releases = 0;
  for (const Mention& each : group) {
    if (!each.released) continue;
    released.insert(each.log);
    ++releases;
  }
  if (released.empty()) return {};
  ++out.sessions;
  const bool twice = releases != released.size();
  if (released.size() >= at_least && !twice) return {};
  if (++out.unmatched_count > kMostShown) return {};
  UnmatchedSession found;
  found.session.assign(group.front().session.begin(), group.front().session.end());
  const auto first = std::find_if(group.begin(), group.end(), [](const Mention& each) { return each.released; });
  TRICLAVE_TRY_ASSIGN(found.entry,
                      entry_at(*logs[first->log].files, first->index, out.audits[first->log].checkpoint.size));
  for (const Mention& each : group)
    (each.released ? found.released_by : found.refused_by).push_back(logs[each.log].key.name());
  out.unmatched.push_back(std::move(found));
  return {};
}

}  // namespace

Result<Comparison> compare_logs(const std::vector<ComparedLog>& logs, std::size_t at_least) {
  if (at_least < 1 || at_least > logs.size())
    return fail(ErrorKind::invalid_argument,
                fmt::format("a release cannot stand in {} of {} logs; name more logs, or ask for fewer", at_least,
                            logs.size()));
  std::set<std::string> names;
  for (const ComparedLog& each : logs)
    if (!names.insert(each.key.name()).second)
      return fail(ErrorKind::invalid_argument, "the log " + each.key.name() + " is named twice; name each once");
  Comparison out;
  std::vector<Mention> mentions;
  for (std::uint32_t log = 0; log < logs.size(); ++log) {
    AuditOptions options;
    options.each = [&](std::uint64_t index, const LogEntry& entry) {
      if (entry.session.empty()) return;
      Mention mention{{}, index, log, entry.kind == LogEntryKind::release};
      std::copy(entry.session.begin(), entry.session.end(), mention.session.begin());
      mentions.push_back(mention);
    };
    TRICLAVE_TRY_ASSIGN(Audit audit, audit_log(*logs[log].files, logs[log].key, options));
    out.audits.push_back(std::move(audit));
  }
  std::sort(mentions.begin(), mentions.end(), [](const Mention& a, const Mention& b) {
    return std::tie(a.session, a.log, a.index) < std::tie(b.session, b.log, b.index);
  });
  for (auto begin = mentions.begin(); begin != mentions.end();) {
    const auto end =
        std::find_if(begin, mentions.end(), [&](const Mention& each) { return each.session != begin->session; });
    TRICLAVE_TRY(judge({begin, end}, logs, at_least, out));
    begin = end;
  }
  return out;
}

}  // namespace triclave
