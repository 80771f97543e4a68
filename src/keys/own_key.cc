#include "keys/own_key.h"

#include "base/hkdf.h"
#include "base/labels.h"
#include "base/message.h"
#include "base/text_codec.h"
#include "base/try.h"
#include "keys/declassify.h"

namespace triclave::keys {
namespace {

constexpr std::string_view kWanted =
    "an own key is 32 bytes: 64 hexadecimal digits, 44 characters of base64, or a file of just these bytes";

//= SPEC KEY-03
Result<OwnKey> checked(ByteView bytes) {
  if (bytes.size() != 32) return fail(ErrorKind::invalid_argument, std::string(kWanted));
  unsigned differs = 0;
  for (const std::uint8_t byte : bytes) differs |= static_cast<unsigned>(byte ^ bytes[0]);
  if (!declassify(differs != 0))
    return fail(ErrorKind::invalid_argument,
                "all 32 bytes of the own key are alike; make a random one, for example with"
                " `head -c 32 /dev/urandom`");
  return OwnKey::copy_of(bytes.first<32>());
}

}  // namespace

Result<OwnKey> own_key_from_text(std::string_view text) {
  if (text.size() != 64 && text.size() != 44) return fail(ErrorKind::invalid_argument, std::string(kWanted));
  const auto bytes = text.size() == 64 ? secret_from_hex(text) : secret_from_base64(text);
  if (!bytes) return fail(ErrorKind::invalid_argument, std::string(kWanted));
  return checked(bytes->view());
}

Result<OwnKey> own_key_from_file(ByteView content) {
  if (content.size() == 32) return checked(content);
  std::string_view text = as_text(content);
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  return own_key_from_text(text);
}

Secret<xwing::kSeedSize> xwing_seed(const OwnKey& key) {
  Secret<xwing::kSeedSize> seed;
  hkdf_sha512(seed.mutable_view(), key.view(), {}, M({label::kOwnKey}));
  return seed;
}

}  // namespace triclave::keys
