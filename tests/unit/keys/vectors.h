// Known answers from outside: figures in the tests as hex, and files of others where the environment says they are.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/guarded.h"
#include "base/text_codec.h"

namespace triclave::testing {

inline Bytes hex(std::string_view text) { return from_hex(text).value(); }

template <std::size_t N>
Secret<N> secret_hex(std::string_view text) {
  return Secret<N>::copy_of(ByteView(hex(text)).first<N>());
}

inline std::string hex_of(const Secret<32>& value) { return to_hex(value.view()); }

// The file NAME in the folder that the environment variable names; none where that is unset.
inline std::optional<std::filesystem::path> vector_file(const char* variable, const std::string& name) {
  const char* folder = std::getenv(variable);
  if (folder == nullptr) return std::nullopt;
  return std::filesystem::path(folder) / name;
}

// The files of tests/vectors/keys, which the independent make_keys.py wrote.
inline std::filesystem::path key_vector(const std::string& name) {
  return std::filesystem::path(TRICLAVE_SOURCE_DIR) / "tests/vectors/keys" / name;
}

inline nlohmann::json read_json(const std::filesystem::path& path) {
  return nlohmann::json::parse(std::ifstream(path, std::ios::binary));
}

inline std::map<std::string, std::string> known_keys() { return read_json(key_vector("known.json")); }

}  // namespace triclave::testing
