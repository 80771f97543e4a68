// Access expressions, as policy files write them:
//
//   access = NAME | "all" "(" list ")" | "any" "(" list ")" | K "of" "(" list ")"
//   list   = access { "," access }          NAME = 1 to 64 of [a-z0-9._-]     K = digits
//
// Blanks may stand between any two of these. `all` is n of n, `any` 1 of n.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace triclave::policy {

struct Access {
  std::size_t offset = 0;  // of its first character in the expression
  std::string name;        // of a recipient; empty in a threshold
  unsigned k = 0;
  std::vector<Access> children;

  bool is_leaf() const noexcept { return children.empty(); }
};

struct AccessError {
  std::size_t offset = 0;
  std::string message;
};

// Also keeps the limits of trees: 8 levels, 64 leaves, 1 <= k <= n <= 16, no recipient twice in one list.
tl::expected<Access, AccessError> parse_access(std::string_view text);

// Whether the grammar leaves `name` to recipients: `all`, `any`, `of` and numbers are its own.
bool is_free_name(std::string_view name) noexcept;

// One normal spelling: "all(owner, 2 of (x, y, z))".
std::string to_text(const Access& access);
// To be read aloud: "owner together with any 2 of (x, y, z)".
std::string in_words(const Access& access);

}  // namespace triclave::policy
