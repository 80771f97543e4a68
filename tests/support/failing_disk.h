// A disk that fails under SQLite: what is written to it is counted, and at the moment that a test names the process is
// killed, the machine loses its power, or the disk says no.
#pragma once

#include <cstdint>
#include <filesystem>

namespace triclave::testing {

enum class DiskFault : std::uint8_t {
  killed,  // SIGKILL: whatever was written stays
  power,   // SIGKILL, and all that was not synced is gone
  torn,    // SIGKILL, and of what was not synced some sectors, truncations and deletions happened, others did not
  error,   // nobody dies: this one operation fails
};

struct FailingDisk {
  DiskFault fault;
  // Each write, truncation, sync and deletion is two moments: before it and behind it, counted from 0.
  std::uint64_t moment;
  // A file that is written past SQLite and never synced; as it is now it is again after `power`.
  std::filesystem::path unsynced;
};

// All databases that this process opens from now on are on that disk. Syncs are counted and cost nothing.
void fail_disk(FailingDisk how);
// Whether the moment has come; after a SIGKILL nobody is there to ask.
bool disk_failed();

}  // namespace triclave::testing
