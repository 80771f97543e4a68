// Key files (SPEC.md, "Key files"), version 1. UTF-8 text of at most 16 KiB; every line ends in LF; exactly this order:
//
//   file        = "triclave-key 1" LF
//                 "kind: " kind LF
//                 "name: " name LF
//                 "algorithm: " algorithm LF
//                 "created: " date LF
//                 "fingerprint: " 64hex LF
//                 ( "public: " base64 LF [ "proof: " base64 LF ]        ; public kinds; proof only in signer-public
//                 / "protection: " protection LF "secret: " base64 LF ) ; private kinds
//                 "checksum: " 16hex LF
//   kind        = "recipient-public" / "recipient-private" / "signer-public" / "signer-private"
//   name        = 1 to 64 bytes of UTF-8 without U+0000 to U+001F and U+007F
//   algorithm   = "x-wing" (recipients) / "ed25519+ml-dsa-65" (signers)
//   date        = 4digit "-" 2digit "-" 2digit, a day of the Gregorian calendar
//   protection  = "none" / "argon2id m=" number " t=" number " p=" number " salt=" base64   ; the salt has 16 bytes
//   number      = decimal, no leading zero, no sign
//   hex         = lowercase; base64 = RFC 4648, section 4, padded, no stray bits
//
// fingerprint: key id or signer id. public: the raw public key. proof: Sig("possession", name). secret: the X-Wing seed
// (32 bytes) or Ed25519's and ML-DSA's seeds (64), in the clear under "none", else a Cobblestone-256 message of them
// with input key Argon2id(passphrase, salt, 32) and context M("triclave/v1/key-file", all bytes before the line
// "secret: "). checksum: the first 8 bytes of SHA-256 over all bytes before its own line.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/guarded.h"
#include "keys/passphrase.h"
#include "triclave/keys.h"

namespace triclave::keys {

enum class KeyKind { recipient_public, recipient_private, signer_public, signer_private };

inline constexpr std::size_t kMaxKeyFile = 16 * 1024;
inline constexpr std::size_t kMaxKeyName = 64;
inline constexpr std::string_view kChecksum = "checksum: ";
inline constexpr std::size_t kChecksumDigits = 16;
inline constexpr std::size_t kChecksumLine = kChecksum.size() + kChecksumDigits + 1;

std::string_view to_string(KeyKind kind) noexcept;
// The algorithm line's value.
std::string_view algorithm_of(KeyKind kind) noexcept;

// Errors: invalid_argument (not a name as above).
Result<void> check_key_name(std::string_view name);

// A file's lines, checked one by one and against the checksum. Whether the fingerprint is the key's is for the caller,
// who makes the key. Views point into the text.
struct KeyFile {
  std::string name;
  Id fingerprint{};
  Bytes public_key;                            // public kinds
  Bytes proof;                                 // signer-public
  std::optional<Argon2Parameters> protection;  // private kinds; none where the secret stands in the clear
  std::string_view before_secret;              // all bytes before the line "secret: "
  std::string_view secret;                     // that line's base64
};

// `origin` names the file in errors. Errors: malformed (grammar, checksum, another kind than `wanted`), unsupported (a
// newer version, an unknown algorithm or protection, Argon2 parameters outside the limits).
Result<KeyFile> parse_key_file(std::string_view text, std::string_view origin, KeyKind wanted);

// The secret of a private kind, of `size` bytes. Errors: malformed (size), invalid_argument (no passphrase given where
// one is needed), forged (wrong passphrase or changed file), io (no memory for Argon2).
Result<SecretBytes> unlock(const KeyFile& file, std::string_view origin, std::string_view passphrase, std::size_t size);

// A public kind's text; `proof` is empty for recipients. With a `name` that is none, no reader accepts it.
std::string public_key_text(KeyKind kind, std::string_view name, const Id& id, ByteView public_key, ByteView proof);

// A private kind's text. Errors: invalid_argument (not a name, Argon2 parameters outside the limits), io (no memory for
// Argon2).
Result<SecretBytes> private_key_text(KeyKind kind, std::string_view name, const Id& id, ByteView secret,
                                     const Protection& protection);

}  // namespace triclave::keys
