#include "cli/audit_tally.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/text.h"

namespace triclave::cli {
namespace {

constexpr std::size_t kMostNames = 10000;
constexpr std::size_t kMostDays = 40000;  // a century
constexpr std::size_t kMostEvents = 500;
constexpr std::size_t kMostRefusals = 50;

void keep_newest(std::vector<Event>& refusals) {
  std::stable_sort(refusals.begin(), refusals.end(),
                   [](const Event& a, const Event& b) { return a.entry.time > b.entry.time; });
  if (refusals.size() > kMostRefusals) refusals.resize(kMostRefusals);
}

}  // namespace

void Counts::add(const std::string& name, std::uint64_t count) {
  const auto found = counts_.find(name);
  if (found != counts_.end())
    found->second += count;
  else if (counts_.size() < kMostNames)
    counts_.emplace(name, count);
  else
    others_ += count;
}

std::vector<Bar> Counts::top(std::size_t most) const {
  std::vector<Bar> out;
  for (const auto& [name, count] : counts_) out.push_back({name, count});
  std::stable_sort(out.begin(), out.end(), [](const Bar& a, const Bar& b) { return a.count > b.count; });
  std::uint64_t rest = others_;
  const std::size_t hidden = out.size() > most ? out.size() - most : 0;
  for (std::size_t i = most; i < out.size(); ++i) rest += out[i].count;
  out.resize(out.size() - hidden);
  if (rest != 0) out.push_back({others_ != 0 ? "all others" : counted(hidden, "other"), rest, true});
  return out;
}

void Tally::begin(const std::string& log) { logs.push_back({log, {}}); }

void Tally::keep(std::vector<Event>& where, const LogEntry& entry) {
  if (where.size() < kMostEvents)
    where.push_back({logs.back().name, entry});
  else
    ++left_out;
}

void Tally::add_opening(const LogEntry& entry) {
  ++releases;
  masks += entry.masks;
  Id session{};
  std::copy(entry.session.begin(), entry.session.end(), session.begin());
  if (!sessions_.insert(session).second) return;
  ++openings;
  datasets.add(entry.dataset);
  for (const std::string& each : entry.compartments) compartments.add(entry.dataset + " / " + each);
  purposes.add(entry.purpose.empty() ? "(no purpose given)" : entry.purpose);
  requesters.add(hex(entry.requester));
}

void Tally::add(const LogEntry& entry) {
  ++logs.back().kinds[static_cast<std::size_t>(entry.kind)];
  first = first == 0 ? entry.time : std::min(first, entry.time);
  last = std::max(last, entry.time);
  const std::uint64_t day = entry.time / kDay;
  const bool has_day = days.size() < kMostDays || days.contains(day);
  const std::uint64_t openings_before = openings;
  switch (entry.kind) {
    case LogEntryKind::release:
      add_opening(entry);
      if (has_day) days[day].openings += openings - openings_before;
      break;
    case LogEntryKind::refusal:
      ++refusals;
      if (has_day) ++days[day].refusals;
      refusal_kinds.add(std::string(to_string(static_cast<ErrorKind>(std::min<std::uint32_t>(entry.error, 255)))));
      last_refusals.push_back({logs.back().name, entry});
      if (last_refusals.size() > 2 * kMostRefusals) keep_newest(last_refusals);
      break;
    case LogEntryKind::key_created:
    case LogEntryKind::key_destroyed:
      keep(keys, entry);
      break;
    case LogEntryKind::permit_approved:
    case LogEntryKind::permit_revoked:
      keep(permits, entry);
      break;
    case LogEntryKind::started:
      keep(starts, entry);
      break;
  }
}

void Tally::finish() {
  keep_newest(last_refusals);
  for (std::vector<Event>* each : {&keys, &permits, &starts})
    std::stable_sort(each->begin(), each->end(),
                     [](const Event& a, const Event& b) { return a.entry.time < b.entry.time; });
}

}  // namespace triclave::cli
