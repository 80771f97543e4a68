// Hex and base64: what is accepted is what would be written, up to the case of hex digits.
#include "base/text_codec.h"

#include <algorithm>

#include "harness.h"

using namespace triclave;

FUZZ_TARGET(input) {
  const std::string_view text = as_text(input);
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c; });

  const auto hex = from_hex(text);
  const auto secret_hex = secret_from_hex(text);
  REQUIRE(hex.has_value() == secret_hex.has_value());
  if (hex) REQUIRE(to_hex(*hex) == lower && fuzz::same(secret_hex->view(), *hex));

  const auto base64 = from_base64(text);
  const auto secret_base64 = secret_from_base64(text);
  REQUIRE(base64.has_value() == secret_base64.has_value());
  if (base64) REQUIRE(to_base64(*base64) == text && fuzz::same(secret_base64->view(), *base64));

  // Every byte string has both.
  REQUIRE(from_hex(to_hex(input)) && fuzz::same(*from_hex(to_hex(input)), input));
  REQUIRE(from_base64(to_base64(input)) && fuzz::same(*from_base64(to_base64(input)), input));
}
