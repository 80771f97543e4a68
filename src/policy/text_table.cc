#include "policy/text_table.h"

#include <algorithm>

namespace triclave::policy {
namespace {

// Characters of UTF-8 text: its bytes but for those that continue one.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace

std::string TextTable::to_text(std::size_t indent) const {
  std::vector<std::size_t> widths(rows_[0].size(), 0);
  for (const auto& row : rows_)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));

  std::string out;
  const auto line = [&](const std::vector<std::string>& cells) {
    std::string text(indent, ' ');
    for (std::size_t i = 0; i < cells.size(); ++i) text += cells[i] + std::string(widths[i] - width(cells[i]) + 2, ' ');
    text.erase(text.find_last_not_of(' ') + 1);
    out += text + "\n";
  };
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    line(rows_[r]);
    if (r != 0) continue;
    std::vector<std::string> rule;
    for (const std::size_t each : widths) rule.emplace_back(each, '-');
    line(rule);
  }
  return out;
}

}  // namespace triclave::policy
