// Which compartment a table's column belongs to.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace triclave::policy {

// `pattern` is a name in which * stands for any run of characters and ? for one.
bool matches(std::string_view pattern, std::string_view name) noexcept;
bool is_pattern(std::string_view pattern) noexcept;

// One compartment's claims, as its policy lists them.
struct ColumnClaims {
  std::string compartment;
  std::vector<std::string> columns;
};

// A name written out counts before patterns; among patterns the first compartment in written order counts. Empty where
// nobody claims the column.
std::string_view claimant(const std::vector<ColumnClaims>& claims, std::string_view column) noexcept;

}  // namespace triclave::policy
