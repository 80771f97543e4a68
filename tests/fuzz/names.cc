// Names: is_text() against a second reading of UTF-8, that decodes code points and encodes them again.
#include "base/names.h"

#include "harness.h"

using namespace triclave;

namespace {

std::string encoded(std::uint32_t c) {
  const auto tail = [&](int shift) { return static_cast<char>(0x80 | ((c >> shift) & 0x3F)); };
  if (c < 0x80) return {static_cast<char>(c)};
  if (c < 0x800) return {static_cast<char>(0xC0 | c >> 6), tail(0)};
  if (c < 0x10000) return {static_cast<char>(0xE0 | c >> 12), tail(6), tail(0)};
  return {static_cast<char>(0xF0 | c >> 18), tail(12), tail(6), tail(0)};
}

bool is_plain_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto first = static_cast<std::uint8_t>(text[0]);
    const std::size_t length = first < 0x80 ? 1 : (first & 0xE0) == 0xC0 ? 2 : (first & 0xF0) == 0xE0 ? 3 : 4;
    std::uint32_t c = length == 1 ? first : first & (0xFFu >> (length + 1));
    for (std::size_t i = 1; i < length && i < text.size(); ++i)
      c = c << 6 | (static_cast<std::uint8_t>(text[i]) & 0x3Fu);
    if (c < 0x20 || c == 0x7F || (0xD800 <= c && c < 0xE000) || c > 0x10FFFF) return false;
    if (!text.starts_with(encoded(c))) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace

FUZZ_TARGET(input) {
  const std::string_view text = as_text(input);
  const bool plain = is_plain_utf8(text);
  for (const std::size_t most : {kMaxName, kMaxObjectName})
    REQUIRE(is_text(text, most) == (plain && !text.empty() && text.size() <= most));
  const bool named = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789._-") == text.npos && !text.empty() &&
                     text.size() <= 64;
  REQUIRE(is_name(text) == named);
}
