// What the logs of some custodians say, counted for a reader. Bounded: what a hostile log names a million different
// ways is counted together as others.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "cli/html.h"
#include "triclave/audit.h"

namespace triclave::cli {

constexpr std::uint64_t kDay = 86400;  // seconds

// How often something was named.
class Counts {
 public:
  void add(const std::string& name, std::uint64_t count = 1);
  // The most frequent ones first; those beyond `most` together, at the end, as "N others".
  std::vector<Bar> top(std::size_t most) const;
  std::size_t distinct() const { return counts_.size(); }

 private:
  std::map<std::string, std::uint64_t> counts_;
  std::uint64_t others_ = 0;
};

struct Day {
  std::uint64_t openings = 0;
  std::uint64_t refusals = 0;
};

// An entry that a reader wants to see itself, and whose it is.
struct Event {
  std::string log;
  LogEntry entry;
};

// One log's share.
struct LogCounts {
  std::string name;
  std::array<std::uint64_t, 8> kinds{};  // by LogEntryKind
};

class Tally {
 public:
  // The entries that follow are of this log.
  void begin(const std::string& log);
  void add(const LogEntry& entry);

  std::vector<LogCounts> logs;
  std::uint64_t openings = 0;  // sessions: a release that three custodians gave counts once
  std::uint64_t releases = 0;
  std::uint64_t masks = 0;
  std::uint64_t refusals = 0;
  std::uint64_t first = 0;  // times, 0: none
  std::uint64_t last = 0;
  Counts datasets, compartments, purposes, requesters, refusal_kinds;
  std::map<std::uint64_t, Day> days;  // by days since 1970
  std::vector<Event> keys;            // created and destroyed
  std::vector<Event> permits;         // approved and revoked
  std::vector<Event> starts;
  std::vector<Event> last_refusals;
  std::uint64_t left_out = 0;  // events beyond those kept

  // Sorts the events, the refusals with the newest first and only these; at the end.
  void finish();

 private:
  void keep(std::vector<Event>& where, const LogEntry& entry);
  void add_opening(const LogEntry& entry);

  std::set<Id> sessions_;
};

}  // namespace triclave::cli
