// HTML and SVG for a page that stands for itself. Whatever text comes in is shown as text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace triclave::cli {

// For attributes and titles, which hold text only. Marks that change the direction of text or have no width are shown
// by their numbers: nothing may look like something else.
std::string html_escaped(std::string_view text);

// Text as HTML: the same, and text that runs from right to left does not act on what stands beside it.
std::string html_text(std::string_view text);

// A table; cells are HTML. An empty one says `nothing` instead.
std::string html_table(const std::vector<std::string>& heads, const std::vector<std::vector<std::string>>& rows,
                       std::string_view nothing);

struct Bar {
  std::string name;
  std::uint64_t count = 0;
  bool others = false;  // what has no bar of its own
  bool operator==(const Bar&) const = default;
};

// Horizontal bars with their names and numbers. `mono`: the names are ids.
std::string bar_chart(const std::vector<Bar>& bars, std::string_view colour, bool mono = false);

struct Column {
  std::string label;  // for the tooltip
  std::uint64_t lower = 0;
  std::uint64_t upper = 0;  // stands upon lower
};
// Upright columns of two stacked colours, with a scale; `begin` and `end` label the axis.
std::string column_chart(const std::vector<Column>& columns, std::string_view begin, std::string_view end);

// "12,345".
std::string grouped(std::uint64_t number);

}  // namespace triclave::cli
