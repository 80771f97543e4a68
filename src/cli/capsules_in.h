// The capsules that files and folders have in them.
#pragma once

#include <string>
#include <vector>

#include "triclave/bytes.h"
#include "triclave/error.h"

namespace triclave::cli {

// The records in what `paths` name: a capsule file, a sealed object or table (its own, or those that lie near it), or a
// folder, whose every file is one of these. Each once, in no order that means anything. Errors: malformed, unsupported,
// io, invalid_argument (a folder without a capsule).
Result<std::vector<Bytes>> capsules_in(const std::vector<std::string>& paths);

}  // namespace triclave::cli
