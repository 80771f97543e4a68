// Key files of each kind, as they came and with the checksum put right, which mutations break.
#include "keys/key_file.h"

#include "base/hash.h"
#include "base/text_codec.h"
#include "harness.h"

using namespace triclave;
using keys::KeyKind;

namespace {

void check_public(const std::string& text) {
  const auto recipient = Recipient::parse(text, "input");
  if (recipient) {
    const auto again = Recipient::parse(recipient->to_text(), "again");
    REQUIRE(again && again->id() == recipient->id() && again->name() == recipient->name());
  } else {
    REQUIRE(fuzz::is_one_of(recipient.error(), {ErrorKind::malformed, ErrorKind::unsupported, ErrorKind::forged}));
  }
  const auto verifier = Verifier::parse(text, "input");
  REQUIRE(!recipient || !verifier);
  if (verifier)
    REQUIRE(verifier->public_key().size() == kSignerPublicKeySize);
  else
    REQUIRE(fuzz::is_one_of(verifier.error(), {ErrorKind::malformed, ErrorKind::unsupported, ErrorKind::forged}));
}

void check(const std::string& text) {
  int kinds = 0;
  for (const KeyKind kind :
       {KeyKind::recipient_public, KeyKind::recipient_private, KeyKind::signer_public, KeyKind::signer_private}) {
    const auto file = keys::parse_key_file(text, "input", kind);
    if (!file) {
      REQUIRE(fuzz::is_one_of(file.error(), {ErrorKind::malformed, ErrorKind::unsupported}));
      continue;
    }
    ++kinds;
    REQUIRE(text.size() <= keys::kMaxKeyFile && keys::check_key_name(file->name));
    // Only what stands in the clear is unlocked: fuzzing is no place for Argon2.
    if (file->protection)
      REQUIRE(keys::check_argon2(*file->protection));
    else if (!file->secret.empty())
      (void)keys::unlock(*file, "input", {}, kind == KeyKind::recipient_private ? 32 : 64);
  }
  REQUIRE(kinds <= 1);
  check_public(text);
}

}  // namespace

FUZZ_TARGET(input) {
  std::string text(as_text(input));
  check(text);
  const std::size_t end = text.rfind(keys::kChecksum);
  if (end == text.npos || (end != 0 && text[end - 1] != '\n')) return;
  text.resize(end);
  const Id hash = sha256(as_bytes(text));
  check(text + std::string(keys::kChecksum) + to_hex(ByteView(hash).first(keys::kChecksumDigits / 2)) + "\n");
}
