// This process's memory, searched for what should not stand in it.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <string>

#include "base/guarded.h"
#include "triclave/bytes.h"

namespace triclave::testing {

// The flags of the mapping that holds `address`, from /proc/self/smaps.
inline std::string flags_of(const void* address) {
  std::ifstream smaps("/proc/self/smaps");
  bool inside = false;
  for (std::string line; std::getline(smaps, line);) {
    unsigned long begin = 0, end = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx ", &begin, &end) == 2 && line.find('-') < 17) {
      const auto at = reinterpret_cast<unsigned long>(address);
      inside = begin <= at && at < end;
    } else if (inside && line.rfind("VmFlags:", 0) == 0) {
      return line + " ";
    }
  }
  return "";
}

// Writable memory of this process that is not guarded, searched for 16 bytes in a row.
inline std::size_t copies_in_ordinary_memory(ByteView secret) {
  std::ifstream maps("/proc/self/maps");
  const int memory = ::open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
  std::size_t found = 0;
  for (std::string line; std::getline(maps, line);) {
    unsigned long begin = 0, end = 0;
    char mode[5] = {};
    if (std::sscanf(line.c_str(), "%lx-%lx %4s", &begin, &end, mode) != 3 || std::string_view(mode) != "rw-p") continue;
    if (line.find("[v") != std::string::npos || end - begin > (1ul << 30)) continue;
    if (flags_of(reinterpret_cast<const void*>(begin)).find(" dd ") != std::string::npos) continue;
    std::string content(end - begin, '\0');
    const auto got = ::pread(memory, content.data(), content.size(), static_cast<off_t>(begin));
    const auto size = static_cast<std::size_t>(std::max<ssize_t>(got, 0));
    for (std::size_t at = 0; at + 16 <= size; ++at)
      if (content[at] == static_cast<char>(secret[0]) &&
          std::equal(secret.begin(), secret.begin() + 16,
                     as_bytes(content).begin() + static_cast<std::ptrdiff_t>(at)) &&
          begin + at != reinterpret_cast<unsigned long>(secret.data()))
        ++found;
    // What the search itself leaves behind must not be found by the next one.
    wipe({reinterpret_cast<std::uint8_t*>(content.data()), content.size()});
  }
  ::close(memory);
  return found;
}

}  // namespace triclave::testing
