#include "support/vectors.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/text_codec.h"

namespace triclave::testing {
namespace {

const std::filesystem::path kFolder = std::filesystem::path(TRICLAVE_SOURCE_DIR) / "tests" / "vectors";

std::vector<std::pair<std::string, std::string>> read_lines(const std::filesystem::path& file,
                                                            const std::string& first_line) {
  std::ifstream in(file, std::ios::binary);
  std::string line;
  EXPECT_TRUE(std::getline(in, line) && line == first_line) << file;
  std::vector<std::pair<std::string, std::string>> out;
  while (std::getline(in, line)) {
    const std::size_t colon = line.find(':');
    EXPECT_NE(colon, std::string::npos) << file << ": " << line;
    out.emplace_back(line.substr(0, colon), colon + 2 <= line.size() ? line.substr(colon + 2) : "");
  }
  return out;
}

const std::map<std::string, std::string>& shared() {
  static const auto all = [] {
    const auto lines = read_lines(kFolder / "shared.txt", "triclave-vector-shared 1");
    return std::map<std::string, std::string>(lines.begin(), lines.end());
  }();
  return all;
}

Bytes piece(const std::string& text) {
  if (text[0] == '@') return from_base64(shared().at(text.substr(1))).value();
  if (text[0] == '*') return Bytes(std::stoul(text.substr(1)));
  return from_base64(text).value();
}

}  // namespace

std::vector<std::string> Vector::all(std::string_view key) const {
  std::vector<std::string> out;
  for (const auto& [name_of_line, value] : lines)
    if (name_of_line == key) out.push_back(value);
  return out;
}

std::string Vector::one(std::string_view key) const {
  const auto found = all(key);
  EXPECT_LE(found.size(), 1u) << name << ": " << key;
  return found.empty() ? "" : found[0];
}

Bytes Vector::bytes(std::string_view key) const { return vector_bytes(one(key)); }

Bytes vector_bytes(const std::string& value) {
  Bytes out;
  std::istringstream pieces(value);
  for (std::string each; pieces >> each;) {
    const Bytes more = piece(each);
    out.insert(out.end(), more.begin(), more.end());
  }
  return out;
}

std::vector<std::string> vector_names(const std::vector<std::string>& types) {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.path().extension() != ".vec") continue;
    const std::string name = entry.path().stem().native();
    if (types.empty() || std::find(types.begin(), types.end(), read_vector(name).one("type")) != types.end())
      out.push_back(name);
  }
  std::sort(out.begin(), out.end());
  return out;
}

Vector read_vector(const std::string& name) {
  return {name, read_lines(kFolder / (name + ".vec"), "triclave-vector 1")};
}

}  // namespace triclave::testing
