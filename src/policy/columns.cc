#include "policy/columns.h"

#include <algorithm>

namespace triclave::policy {
namespace {

// Bytes of the UTF-8 character that `text` begins with; 1 where it is none.
std::size_t character(std::string_view text) noexcept {
  std::size_t size = 1;
  while (size < text.size() && size < 4 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) ++size;
  return size;
}

}  // namespace

bool matches(std::string_view pattern, std::string_view name) noexcept {
  // Goes back to the last * only: a run that it has swallowed never needs to be given back to an earlier one.
  std::size_t at = 0, in = 0, star = std::string_view::npos, retry = 0;
  while (in < name.size()) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = at++;
      retry = in;
    } else if (at < pattern.size() && pattern[at] == '?') {
      ++at;
      in += character(name.substr(in));
    } else if (at < pattern.size() && pattern[at] == name[in]) {
      ++at;
      ++in;
    } else if (star != std::string_view::npos) {
      at = star + 1;
      retry += character(name.substr(retry));
      in = retry;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', at) == std::string_view::npos;
}

bool is_pattern(std::string_view pattern) noexcept { return pattern.find_first_of("*?") != std::string_view::npos; }

std::string_view claimant(const std::vector<ColumnClaims>& claims, std::string_view column) noexcept {
  for (const bool exact : {true, false})
    for (const ColumnClaims& each : claims)
      if (std::any_of(each.columns.begin(), each.columns.end(), [&](const std::string& claim) {
            return exact ? claim == column : is_pattern(claim) && matches(claim, column);
          }))
        return each.compartment;
  return {};
}

}  // namespace triclave::policy
