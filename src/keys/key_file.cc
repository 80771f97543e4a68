// Writing key files, and protecting the secret in private ones.
#include "keys/key_file.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <chrono>

#include "base/hash.h"
#include "base/labels.h"
#include "base/message.h"
#include "base/names.h"
#include "base/random.h"
#include "base/text_codec.h"
#include "base/try.h"
#include "cipher/cobblestone.h"

namespace triclave::keys {
namespace {

std::string today() {
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()));
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

std::string head(KeyKind kind, std::string_view name, const Id& id) {
  return fmt::format("triclave-key 1\nkind: {}\nname: {}\nalgorithm: {}\ncreated: {}\nfingerprint: {}\n",
                     to_string(kind), name, algorithm_of(kind), today(), to_hex(id));
}

std::string checksum_line(ByteView before) {
  return fmt::format("{}{}\n", kChecksum, to_hex(ByteView(sha256(before)).first(kChecksumDigits / 2)));
}

Bytes protection_context(std::string_view before_secret) { return M({label::kKeyFile, before_secret}); }

// The whole text, put together in guarded memory.
SecretBytes with_secret(std::string_view before_secret, ByteView secret) {
  constexpr std::string_view field = "secret: ";
  const std::size_t encoded = sodium_base64_encoded_len(secret.size(), sodium_base64_VARIANT_ORIGINAL);  // with a NUL
  const std::size_t hashed = before_secret.size() + field.size() + encoded;
  SecretBytes text(hashed + kChecksumLine);
  auto* at = text.mutable_view().data();
  at = std::copy(before_secret.begin(), before_secret.end(), at);
  at = std::copy(field.begin(), field.end(), at);
  sodium_bin2base64(reinterpret_cast<char*>(at), encoded, secret.data(), secret.size(), sodium_base64_VARIANT_ORIGINAL);
  at += encoded;
  at[-1] = '\n';  // in place of the NUL
  const std::string last = checksum_line(text.view().first(hashed));
  std::copy(last.begin(), last.end(), at);
  return text;
}

Result<SecretBytes> seal(const Secret<32>& key, ByteView context, ByteView secret) {
  const auto message = cipher::Message::create(key, context);
  SecretBytes out(cipher::kPrefixSize + cipher::sealed_run_size(secret.size(), true));
  std::copy(message.prefix().begin(), message.prefix().end(), out.mutable_view().begin());
  TRICLAVE_TRY(message.seal_run(0, secret, true, out.mutable_view().subspan(cipher::kPrefixSize)));
  return out;
}

Result<SecretBytes> open(const Secret<32>& key, ByteView context, ByteView sealed, std::size_t size) {
  cipher::Prefix prefix;
  std::copy_n(sealed.begin(), prefix.size(), prefix.begin());
  TRICLAVE_TRY_ASSIGN(const auto message, cipher::Message::open(key, context, prefix));
  SecretBytes out(size);
  TRICLAVE_TRY(message.open_run(0, sealed.subspan(prefix.size()), true, out.mutable_view()));
  return out;
}

}  // namespace

std::string_view to_string(KeyKind kind) noexcept {
  switch (kind) {
    case KeyKind::recipient_public:
      return "recipient-public";
    case KeyKind::recipient_private:
      return "recipient-private";
    case KeyKind::signer_public:
      return "signer-public";
    case KeyKind::signer_private:
      return "signer-private";
  }
  return "unknown";
}

std::string_view algorithm_of(KeyKind kind) noexcept {
  return kind == KeyKind::recipient_public || kind == KeyKind::recipient_private ? "x-wing" : "ed25519+ml-dsa-65";
}

Result<void> check_key_name(std::string_view name) {
  if (is_text(name, kMaxKeyName)) return {};
  return fail(ErrorKind::invalid_argument, "a key's name is 1 to 64 bytes of UTF-8 without control characters");
}

std::string public_key_text(KeyKind kind, std::string_view name, const Id& id, ByteView public_key, ByteView proof) {
  std::string out = head(kind, name, id) + fmt::format("public: {}\n", to_base64(public_key));
  if (!proof.empty()) out += fmt::format("proof: {}\n", to_base64(proof));
  return out + checksum_line(as_bytes(out));
}

Result<SecretBytes> private_key_text(KeyKind kind, std::string_view name, const Id& id, ByteView secret,
                                     const Protection& protection) {
  TRICLAVE_TRY(check_key_name(name));
  std::string before_secret = head(kind, name, id);
  SecretBytes stored = SecretBytes::copy_of(secret);
  if (protection.passphrase.empty()) {
    before_secret += "protection: none\n";
  } else {
    const Argon2Parameters parameters{protection.memory_kib, protection.passes, protection.lanes, random_array<16>()};
    if (auto fits = check_argon2(parameters); !fits) return fail(ErrorKind::invalid_argument, fits.error().message);
    before_secret += fmt::format("protection: argon2id m={} t={} p={} salt={}\n", parameters.memory_kib,
                                 parameters.passes, parameters.lanes, to_base64(parameters.salt));
    TRICLAVE_TRY_ASSIGN(const auto key, argon2id(protection.passphrase, parameters));
    TRICLAVE_TRY_ASSIGN(stored, seal(key, protection_context(before_secret), secret));
  }
  return with_secret(before_secret, stored.view());
}

Result<SecretBytes> unlock(const KeyFile& file, std::string_view origin, std::string_view passphrase,
                           std::size_t size) {
  const std::string name(origin);
  auto stored = secret_from_base64(file.secret);
  const std::size_t expected = file.protection ? cipher::kPrefixSize + cipher::sealed_run_size(size, true) : size;
  if (!stored || stored->size() != expected)
    return fail(ErrorKind::malformed, name + ": the secret is not base64 of " + std::to_string(expected) + " bytes");
  if (!file.protection) return stored;
  if (passphrase.empty()) return fail(ErrorKind::invalid_argument, name + " is protected by a passphrase; give it");
  TRICLAVE_TRY_ASSIGN(const auto key, argon2id(passphrase, *file.protection));
  auto opened = open(key, protection_context(file.before_secret), stored->view(), size);
  if (!opened) return fail(ErrorKind::forged, name + ": wrong passphrase, or the file was changed");
  return opened;
}

}  // namespace triclave::keys
