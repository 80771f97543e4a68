// Columns of text, aligned by characters.
#pragma once

#include <string>
#include <vector>

namespace triclave::policy {

class TextTable {
 public:
  explicit TextTable(std::vector<std::string> heads) { rows_.push_back(std::move(heads)); }
  // As many cells as there are heads.
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  // Each row on a line behind `indent` blanks, with the heads underlined.
  std::string to_text(std::size_t indent) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace triclave::policy
