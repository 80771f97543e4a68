// Test vectors: tests/vectors/README.md has their grammar.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
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

// A value of type bytes, for keys that stand more than once.
Bytes vector_bytes(const std::string& value);

// How a vector's test is called.
inline std::string test_name(const ::testing::TestParamInfo<std::string>& each) {
  std::string name = each.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

}  // namespace triclave::testing
