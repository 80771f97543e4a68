// Times as records hold them.
#pragma once

#include <chrono>
#include <cstdint>

namespace triclave {

// Seconds since 1970. No record holds an earlier time.
inline std::uint64_t unix_seconds(std::chrono::sys_seconds time) {
  return static_cast<std::uint64_t>(time.time_since_epoch().count());
}

}  // namespace triclave
