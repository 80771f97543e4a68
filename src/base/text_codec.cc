#include "base/text_codec.h"

#include <sodium.h>

namespace triclave {
namespace {

// libsodium 1.0.18 takes some bytes above 0x7F for digits of base64. Looks at every byte, for the text may be secret.
bool is_ascii(std::string_view text) {
  unsigned char seen = 0;
  for (const char c : text) seen |= static_cast<unsigned char>(c);
  return seen < 0x80;
}

Result<std::size_t> decode_hex(std::string_view text, MutableBytes out) {
  if (text.empty()) return 0;  // libsodium wants somewhere to write
  std::size_t length = 0;
  const char* end = nullptr;
  if (text.size() % 2 != 0 ||
      sodium_hex2bin(out.data(), out.size(), text.data(), text.size(), nullptr, &length, &end) != 0 ||
      end != text.data() + text.size())
    return fail(ErrorKind::malformed, "not a hexadecimal string");
  return length;
}

Result<std::size_t> decode_base64(std::string_view text, MutableBytes out) {
  std::size_t length = 0;
  const char* end = nullptr;
  if (!is_ascii(text) ||
      sodium_base642bin(out.data(), out.size(), text.data(), text.size(), nullptr, &length, &end,
                        sodium_base64_VARIANT_ORIGINAL) != 0 ||
      end != text.data() + text.size())
    return fail(ErrorKind::malformed, "not a base64 string (RFC 4648, padded)");
  return length;
}

template <class Decode>
Result<Bytes> decode(std::string_view text, std::size_t most, Decode&& run) {
  Bytes out(most);
  return run(text, MutableBytes(out)).map([&](std::size_t length) {
    out.resize(length);
    return std::move(out);
  });
}

template <class Decode>
Result<SecretBytes> decode_secret(std::string_view text, std::size_t most, Decode&& run) {
  SecretBytes scratch(most);
  return run(text, scratch.mutable_view()).map([&](std::size_t length) {
    return SecretBytes::copy_of(scratch.view().first(length));
  });
}

}  // namespace

std::string to_hex(ByteView bytes) {
  std::string out(bytes.size() * 2 + 1, '\0');
  sodium_bin2hex(out.data(), out.size(), bytes.data(), bytes.size());
  out.pop_back();
  return out;
}

std::string to_base64(ByteView bytes) {
  std::string out(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(out.data(), out.size(), bytes.data(), bytes.size(), sodium_base64_VARIANT_ORIGINAL);
  out.pop_back();
  return out;
}

Result<Bytes> from_hex(std::string_view text) { return decode(text, text.size() / 2, decode_hex); }
Result<Bytes> from_base64(std::string_view text) { return decode(text, text.size() / 4 * 3 + 3, decode_base64); }
Result<SecretBytes> secret_from_hex(std::string_view text) { return decode_secret(text, text.size() / 2, decode_hex); }
Result<SecretBytes> secret_from_base64(std::string_view text) {
  return decode_secret(text, text.size() / 4 * 3 + 3, decode_base64);
}

}  // namespace triclave
