#include "base/labels.h"
#include "base/message.h"
#include "base/text_codec.h"
#include "base/try.h"
#include "keys/key_file.h"
#include "keys/key_storage.h"
#include "keys/xwing.h"
#include "triclave/keys.h"

namespace triclave {

//= SPEC KEY-01, KEY-02
Result<Recipient> Recipient::from_public_key(Kem kem, ByteView public_key, std::string name) {
  if (kem != Kem::xwing)
    return fail(ErrorKind::unsupported, "recipient " + name + " has a key of KEM " +
                                            std::to_string(static_cast<unsigned>(kem)) +
                                            ", and only X-Wing (25722) is known");
  TRICLAVE_TRY(keys::xwing::check_public_key(public_key));
  Recipient out;
  out.id_ = hash_of({label::kKey, static_cast<std::uint16_t>(kem), public_key});
  out.kem_ = kem;
  out.public_key_.assign(public_key.begin(), public_key.end());
  out.name_ = std::move(name);
  return out;
}

Result<Recipient> Recipient::load(const std::filesystem::path& file) {
  TRICLAVE_TRY_ASSIGN(const std::string text, keys::read_public_file(file));
  return parse(text, file.native());
}

Result<Recipient> Recipient::parse(std::string_view text, std::string_view origin) {
  TRICLAVE_TRY_ASSIGN(auto file, keys::parse_key_file(text, origin, keys::KeyKind::recipient_public));
  auto recipient = from_public_key(Kem::xwing, file.public_key, std::move(file.name));
  if (!recipient) return fail(recipient.error().kind, std::string(origin) + ": " + recipient.error().message);
  //= SPEC KEY-08
  if (recipient->id() != file.fingerprint)
    return fail(ErrorKind::forged,
                std::string(origin) + ": the fingerprint is not that of the key, which is " + to_hex(recipient->id()));
  return recipient;
}

std::string Recipient::to_text() const {
  return keys::public_key_text(keys::KeyKind::recipient_public, name_, id_, public_key_, {});
}

}  // namespace triclave
