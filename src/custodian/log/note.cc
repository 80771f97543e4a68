#include "custodian/log/note.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>

#include "base/integers.h"
#include "base/names.h"
#include "base/text_codec.h"
#include "base/try.h"

namespace triclave::custodian {
namespace {

constexpr std::string_view kDash = "\xE2\x80\x94 ";  // em dash, space

// Unicode's White_Space beyond the control characters.
constexpr std::string_view kSpaces[] = {" ",
                                        "\xC2\x85",
                                        "\xC2\xA0",
                                        "\xE1\x9A\x80",
                                        "\xE2\x80\x80",
                                        "\xE2\x80\x81",
                                        "\xE2\x80\x82",
                                        "\xE2\x80\x83",
                                        "\xE2\x80\x84",
                                        "\xE2\x80\x85",
                                        "\xE2\x80\x86",
                                        "\xE2\x80\x87",
                                        "\xE2\x80\x88",
                                        "\xE2\x80\x89",
                                        "\xE2\x80\x8A",
                                        "\xE2\x80\xA8",
                                        "\xE2\x80\xA9",
                                        "\xE2\x80\xAF",
                                        "\xE2\x81\x9F",
                                        "\xE3\x80\x80"};

constexpr std::size_t kEd25519SignatureSize = 64;
constexpr std::size_t kTimeSize = 8;

tl::unexpected<Error> no_note(std::string_view why) {
  return fail(ErrorKind::malformed, fmt::format("this is no signed note (C2SP signed-note): {}", why));
}

Result<NoteSignature> parse_signature_line(std::string_view line) {
  if (line.substr(0, kDash.size()) != kDash) return no_note("a signature line does not begin with a dash");
  line.remove_prefix(kDash.size());
  const std::size_t space = line.find(' ');
  if (space == line.npos || !is_key_name(line.substr(0, space))) return no_note("a signature line names no key");
  const auto bytes = from_base64(line.substr(space + 1));
  if (!bytes || bytes->size() <= sizeof(std::uint32_t)) return no_note("a signature is no base64 of more than 4 bytes");
  return NoteSignature{std::string(line.substr(0, space)), from_big_endian<std::uint32_t>(*bytes),
                       Bytes(bytes->begin() + sizeof(std::uint32_t), bytes->end())};
}

std::string cosigned_text(std::string_view text, std::uint64_t time) {
  return fmt::format("cosignature/v1\ntime {}\n{}", time, text);
}

bool verifies(ByteView signature, std::string_view message, const LogKey& key) {
  sodium_ready();
  return signature.size() == kEd25519SignatureSize &&
         crypto_sign_verify_detached(signature.data(), as_bytes(message).data(), message.size(),
                                     key.public_key().data()) == 0;
}

// Calls check(signature) for each of the key's own; all must pass and there must be one.
template <class Check>
Result<void> verify_all(const Note& note, const LogKey& key, Check&& check) {
  bool found = false;
  //= SPEC LOG-07
  for (const NoteSignature& each : note.signatures) {
    if (each.key_id != key.id() || each.name != key.name()) continue;
    if (!check(each.signature))
      return fail(ErrorKind::forged, fmt::format("the signature of {} on a note does not verify", key.name()));
    found = true;
  }
  if (found) return {};
  return fail(ErrorKind::forged, fmt::format("a note is not signed by the key {}; compare with the key that the "
                                             "registry names",
                                             key.text()));
}

}  // namespace

bool is_key_name(std::string_view name) {
  return is_text(name, kMaxObjectName) && name.find('+') == name.npos &&
         std::none_of(std::begin(kSpaces), std::end(kSpaces),
                      [&](std::string_view space) { return name.find(space) != name.npos; });
}

Result<std::vector<NoteSignature>> parse_signature_lines(std::string_view lines) {
  std::vector<NoteSignature> out;
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    if (end == lines.npos) return no_note("its last line does not end");
    if (out.size() == kMaxNoteSignatures) return no_note("it has more than 64 signatures");
    TRICLAVE_TRY_ASSIGN(NoteSignature signature, parse_signature_line(lines.substr(0, end)));
    out.push_back(std::move(signature));
    lines.remove_prefix(end + 1);
  }
  return out;
}

//= SPEC LOG-06
Result<Note> parse_note(std::string_view text) {
  if (text.size() > kMaxNote) return no_note(fmt::format("it is larger than {} bytes", kMaxNote));
  const bool has_control =
      std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; });
  if (has_control || !is_utf8(text)) return no_note("it is not UTF-8, or has control characters");
  const std::size_t blank = text.rfind("\n\n");
  if (blank == text.npos) return no_note("no blank line stands before signatures");
  Note out{std::string(text.substr(0, blank + 1)), {}};
  TRICLAVE_TRY_ASSIGN(out.signatures, parse_signature_lines(text.substr(blank + 2)));
  if (out.signatures.empty()) return no_note("it has no signature");
  return out;
}

std::string signature_line(const NoteSignature& signature) {
  const auto id = big_endian(signature.key_id);
  Bytes bytes(id.begin(), id.end());
  bytes.insert(bytes.end(), signature.signature.begin(), signature.signature.end());
  return fmt::format("{}{} {}\n", kDash, signature.name, to_base64(bytes));
}

Result<void> verify_note(const Note& note, const LogKey& key) {
  if (key.type() != LogKey::Type::log)
    return fail(ErrorKind::invalid_argument, key.name() + " is a witness's key, which signs no log");
  return verify_all(note, key, [&](const Bytes& signature) { return verifies(signature, note.text, key); });
}

Result<std::uint64_t> verify_cosignature(const Note& note, const LogKey& key) {
  if (key.type() != LogKey::Type::witness)
    return fail(ErrorKind::invalid_argument, key.name() + " is a log's key, which does not cosign");
  std::uint64_t latest = 0;
  TRICLAVE_TRY(verify_all(note, key, [&](const Bytes& signature) {
    if (signature.size() != kTimeSize + kEd25519SignatureSize) return false;
    const auto time = from_big_endian<std::uint64_t>(signature);
    latest = std::max(latest, time);
    return time <= static_cast<std::uint64_t>(INT64_MAX) &&
           verifies(ByteView(signature).subspan(kTimeSize), cosigned_text(note.text, time), key);
  }));
  return latest;
}

Result<NoteSigner> NoteSigner::make(std::string name, LogKey::Type type, const Secret<kSeedSize>& seed) {
  sodium_ready();
  Secret<64> expanded;
  std::array<std::uint8_t, 32> public_key{};
  crypto_sign_seed_keypair(public_key.data(), expanded.data(), seed.data());
  TRICLAVE_TRY_ASSIGN(LogKey key, LogKey::make(std::move(name), type, public_key));
  return NoteSigner(std::move(key), std::move(expanded));
}

Bytes NoteSigner::raw_signature(std::string_view message) const {
  Bytes out(kEd25519SignatureSize);
  crypto_sign_detached(out.data(), nullptr, as_bytes(message).data(), message.size(), ed25519_.data());
  return out;
}

std::string NoteSigner::sign(std::string_view text) const {
  return signature_line({key_.name(), key_.id(), raw_signature(text)});
}

std::string NoteSigner::cosign(std::string_view text, std::uint64_t time) const {
  const auto stamp = big_endian(time);
  Bytes signature(stamp.begin(), stamp.end());
  const Bytes raw = raw_signature(cosigned_text(text, time));
  signature.insert(signature.end(), raw.begin(), raw.end());
  return signature_line({key_.name(), key_.id(), std::move(signature)});
}

}  // namespace triclave::custodian
