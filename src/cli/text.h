// Small things to print.
#pragma once

#include <string>
#include <vector>

#include "cli/command.h"
#include "triclave/bytes.h"
#include "triclave/capsule.h"
#include "triclave/opener.h"

namespace triclave::cli {

std::string hex(ByteView bytes);
// Errors: malformed.
Result<Bytes> from_hex(std::string_view text);

// "a, b and c", in the alphabet's order.
std::string listed(std::vector<std::string> names);

// The same in the order given.
std::string listed_as_given(const std::vector<std::string>& names);

// "1 file", "2 files".
std::string counted(std::size_t count, std::string_view thing);

// Seconds since 1970 as "YYYY-MM-DD HH:MM:SS UTC".
std::string utc(std::uint64_t seconds);

// "  label      value" lines.
std::string line(std::string_view label, std::string_view value);

Json to_json(const std::vector<Culprit>& culprits);
Json to_json(const CapsuleInfo& capsule);
Json to_json(const GatherReport& report);

// Who answered, and who failed and why.
std::string to_text(const GatherReport& report);
std::string to_text(const CapsuleInfo& capsule);

}  // namespace triclave::cli
