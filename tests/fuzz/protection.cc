// What a private key file says of its passphrase: parameters above the limits are refused before anything is allocated.
#include "base/hash.h"
#include "base/text_codec.h"
#include "harness.h"
#include "keys/key_file.h"

using namespace triclave;

// The input is the rest of the line "protection: ".
FUZZ_TARGET(input) {
  std::string text =
      "triclave-key 1\nkind: recipient-private\nname: owner\nalgorithm: x-wing\ncreated: 2026-01-01\nfingerprint: " +
      std::string(64, 'a') + "\nprotection: " + std::string(as_text(input)) + "\nsecret: c2VjcmV0\n";
  const Id hash = sha256(as_bytes(text));
  text += std::string(keys::kChecksum) + to_hex(ByteView(hash).first(keys::kChecksumDigits / 2)) + "\n";
  const auto file = keys::parse_key_file(text, "input", keys::KeyKind::recipient_private);
  if (!file) return REQUIRE(fuzz::is_one_of(file.error(), {ErrorKind::malformed, ErrorKind::unsupported}));
  if (!file->protection) return REQUIRE(as_text(input) == "none");
  const auto& argon2 = *file->protection;
  REQUIRE(argon2.memory_kib <= keys::kMaxArgon2Memory && argon2.memory_kib >= 8 * argon2.lanes);
  REQUIRE(1 <= argon2.passes && argon2.passes <= keys::kMaxArgon2Passes);
  REQUIRE(1 <= argon2.lanes && argon2.lanes <= keys::kMaxArgon2Lanes);
  REQUIRE("argon2id m=" + std::to_string(argon2.memory_kib) + " t=" + std::to_string(argon2.passes) +
              " p=" + std::to_string(argon2.lanes) + " salt=" + to_base64(argon2.salt) ==
          as_text(input));
}
