// "START:LENGTH", or "START:" for all behind START; bytes of the plaintext.
#pragma once

#include <cstdint>
#include <string_view>

#include "triclave/error.h"

namespace triclave::cli {

struct Range {
  std::uint64_t start = 0;
  std::uint64_t length = 0;
};

// Errors: invalid_argument.
Result<Range> parse_range(std::string_view text);

}  // namespace triclave::cli
