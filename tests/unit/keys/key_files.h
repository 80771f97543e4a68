// The key files of tests/vectors/keys, loaded through the front door whatever their kind, whole or damaged.
#pragma once

#include <array>
#include <string>

#include "base/hash.h"
#include "support/result.h"
#include "support/temp_folder.h"
#include "triclave/keys.h"
#include "unit/keys/vectors.h"

namespace triclave::testing {

struct KeyFileCase {
  std::string name;
  std::string passphrase;
  std::string text = read_file(key_vector(name));

  bool is_private() const { return name.find("public") == std::string::npos; }
  bool is_signer() const { return name.starts_with("signer"); }
};

inline std::array<KeyFileCase, 6> key_file_cases() {
  const std::string passphrase = known_keys().at("passphrase");
  return {KeyFileCase{"recipient-public.key", ""},
          {"recipient-private.key", ""},
          {"recipient-passphrase.key", passphrase},
          {"signer-public.key", ""},
          {"signer-private.key", ""},
          {"signer-passphrase.key", passphrase}};
}

// Loads `text` as a file of the case's kind; the fingerprint of what it holds.
inline Result<std::string> load_as(const KeyFileCase& like, const std::string& text) {
  const auto hex_of = [](const auto& key) { return to_hex(key.id()); };
  if (!like.is_private())
    return like.is_signer() ? Verifier::parse(text, like.name).map(hex_of)
                            : Recipient::parse(text, like.name).map(hex_of);
  static const TempFolder folder;
  write_file(folder / like.name, text);
  std::filesystem::permissions(folder / like.name, std::filesystem::perms{0600});
  if (like.is_signer())
    return Signer::load(folder / like.name, like.passphrase).map([&](const Signer& key) {
      return hex_of(key.verifier());
    });
  return Identity::load(folder / like.name, like.passphrase).map([&](const Identity& key) {
    return hex_of(key.recipient());
  });
}

// `lines`, which lack the checksum line, with one that fits.
inline std::string with_checksum(const std::string& lines) {
  return lines + "checksum: " + to_hex(ByteView(sha256(as_bytes(lines))).first(8)) + "\n";
}

// A file's text without its checksum line.
inline std::string without_checksum(const std::string& text) { return text.substr(0, text.size() - 27); }

// The text with the one occurrence of `from` replaced and a checksum that fits: what an attacker would write.
inline std::string edited(const std::string& text, const std::string& from, const std::string& to) {
  std::string lines = without_checksum(text);
  const std::size_t at = lines.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  if (at != std::string::npos) lines.replace(at, from.size(), to);
  return with_checksum(lines);
}

}  // namespace triclave::testing
