// Test vectors: tests/vectors/README.md has their grammar.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "triclave/bytes.h"

namespace triclave::testing {

struct Vector {
  std::string name;
  std::vector<std::pair<std::string, std::string>> lines;  // as they stand, without the first

  std::vector<std::string> all(std::string_view key) const;
  // The only line with this key; "" where there is none.
  std::string one(std::string_view key) const;
  bool has(std::string_view key) const { return !all(key).empty(); }
  // The value of a line of type bytes.
  Bytes bytes(std::string_view key) const;
};

// Names of the files in tests/vectors, without ".vec", sorted; of these types only, where given.
std::vector<std::string> vector_names(const std::vector<std::string>& types = {});
Vector read_vector(const std::string& name);

}  // namespace triclave::testing
