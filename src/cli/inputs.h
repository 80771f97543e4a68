// Files to seal, and the names that they get.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "triclave/error.h"

namespace triclave::cli {

struct Input {
  std::filesystem::path path;
  std::string name;        // key in the store
  std::uint64_t size = 0;  // bytes
};

// The regular files that `paths` stand for. One folder: its files by their path inside it. Else a file keeps the
// relative path that it was given by, or its last part where that path is absolute or climbs; a folder's files stand
// below its name. Errors: io; invalid_argument (a link, a device or another thing that is neither file nor folder:
// leaving it out silently could lose data; two files of one name; nothing at all).
Result<std::vector<Input>> find_inputs(const std::vector<std::string>& paths);

// Whether `inner` is `outer` or lies inside it.
bool lies_in(const std::filesystem::path& inner, const std::filesystem::path& outer);

}  // namespace triclave::cli
