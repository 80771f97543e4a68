// Verifier keys of C2SP signed-note: NAME+KEY_ID+base64(type || public key).
#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>

#include "base/hash.h"
#include "base/integers.h"
#include "base/text_codec.h"
#include "base/try.h"
#include "custodian/log/note.h"

namespace triclave {
namespace {

constexpr std::size_t kMaxKeyText = 2048;

tl::unexpected<Error> no_key(std::string_view why) {
  return fail(ErrorKind::malformed,
              fmt::format("this is no log's key (NAME+ID+BASE64, C2SP signed-note): {}; take it from the registry or "
                          "ask the custodian",
                          why));
}

std::uint32_t key_id_of(std::string_view name, ByteView type_and_key) {
  Sha256 hash;
  hash.update(as_bytes(name));
  hash.update(as_bytes("\n"));
  hash.update(type_and_key);
  return from_big_endian<std::uint32_t>(hash.finish());
}

std::array<std::uint8_t, 33> type_and_key(LogKey::Type type, const LogKey::PublicKey& key) {
  std::array<std::uint8_t, 33> out{static_cast<std::uint8_t>(type)};
  std::copy(key.begin(), key.end(), out.begin() + 1);
  return out;
}

}  // namespace

Result<LogKey> LogKey::make(std::string name, Type type, const PublicKey& public_key) {
  if (!custodian::is_key_name(name))
    return fail(ErrorKind::invalid_argument,
                "a log's name is text without spaces and plus signs, such as custodian.example/triclave");
  LogKey out;
  out.id_ = key_id_of(name, type_and_key(type, public_key));
  out.name_ = std::move(name);
  out.type_ = type;
  out.public_key_ = public_key;
  return out;
}

//= SPEC LOG-08
Result<LogKey> LogKey::parse(std::string_view text) {
  const std::size_t first = text.find('+');
  const std::size_t second = first == text.npos ? first : text.find('+', first + 1);
  if (text.size() > kMaxKeyText || second == text.npos) return no_key("it does not have three parts");
  const std::string_view name = text.substr(0, first);
  if (!custodian::is_key_name(name)) return no_key("its name is empty or has spaces or controls");
  const auto bytes = from_base64(text.substr(second + 1));
  if (!bytes || bytes->empty()) return no_key("its last part is no base64");
  if (bytes->front() != static_cast<std::uint8_t>(Type::log) &&
      bytes->front() != static_cast<std::uint8_t>(Type::witness))
    return fail(ErrorKind::unsupported,
                fmt::format("the key {} is of type {}; only Ed25519 keys are known, of a log (1) "
                            "and of a witness (4)",
                            name, bytes->front()));
  if (bytes->size() != 1 + PublicKey().size()) return no_key("an Ed25519 key has 32 bytes");
  PublicKey key{};
  std::copy(bytes->begin() + 1, bytes->end(), key.begin());
  sodium_ready();
  if (crypto_core_ed25519_is_valid_point(key.data()) != 1) return no_key("it is no point of the curve");
  TRICLAVE_TRY_ASSIGN(LogKey out, make(std::string(name), static_cast<Type>(bytes->front()), key));
  if (text.substr(first + 1, second - first - 1) != fmt::format("{:08x}", out.id_))
    return fail(ErrorKind::forged, fmt::format("the key {} does not have the id that it claims; it was changed or "
                                               "mistyped, take it from the registry again",
                                               name));
  return out;
}

std::string LogKey::text() const {
  return fmt::format("{}+{:08x}+{}", name_, id_, to_base64(type_and_key(type_, public_key_)));
}

}  // namespace triclave
