#include "rows/encoding.h"

#include <algorithm>
#include <array>

namespace triclave::rows {
namespace {

// Code points of bytes 0x80 to 0x9F in windows-1252 (WHATWG Encoding Standard, index-windows-1252.txt).
constexpr std::array<char16_t, 32> kWindows1252{0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                                0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008D, 0x017D, 0x008F,
                                                0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                                0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};

bool is_c1(char16_t c) { return 0x80 <= c && c < 0xA0; }

}  // namespace

bool is_ascii(std::string_view text) noexcept {
  unsigned char seen = 0;
  for (const char c : text) seen = static_cast<unsigned char>(seen | static_cast<unsigned char>(c));
  return seen < 0x80;
}

bool has_c1(std::string_view text) noexcept {
  return std::any_of(text.begin(), text.end(), [](char c) { return is_c1(static_cast<unsigned char>(c)); });
}

void append_utf8(CsvEncoding encoding, std::string_view text, std::string& out) {
  if (encoding == CsvEncoding::utf8 || is_ascii(text)) {
    out += text;
    return;
  }
  for (const char byte : text) {
    char16_t c = static_cast<unsigned char>(byte);
    if (encoding == CsvEncoding::windows1252 && is_c1(c)) c = kWindows1252[c - 0x80u];
    if (c < 0x80) {
      out += byte;
    } else if (c < 0x800) {
      out += static_cast<char>(0xC0 | c >> 6);
      out += static_cast<char>(0x80 | (c & 0x3F));
    } else {
      out += static_cast<char>(0xE0 | c >> 12);
      out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
      out += static_cast<char>(0x80 | (c & 0x3F));
    }
  }
}

bool append_encoded(CsvEncoding encoding, std::string_view utf8, std::string& out) {
  if (encoding == CsvEncoding::utf8 || is_ascii(utf8)) {
    out += utf8;
    return true;
  }
  const auto at = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(utf8[i])); };
  for (std::size_t i = 0; i < utf8.size();) {
    unsigned c = at(i);
    if (c < 0x80) {
      i += 1;
    } else if (c < 0xE0) {
      c = (c & 0x1F) << 6 | (at(i + 1) & 0x3F);
      i += 2;
    } else if (c < 0xF0) {
      c = (c & 0x0F) << 12 | (at(i + 1) & 0x3F) << 6 | (at(i + 2) & 0x3F);
      i += 3;
    } else {
      return false;
    }
    if (encoding == CsvEncoding::windows1252 && (c >= 0x100 || is_c1(static_cast<char16_t>(c)))) {
      const auto place = std::find(kWindows1252.begin(), kWindows1252.end(), static_cast<char16_t>(c));
      if (place == kWindows1252.end()) return false;
      c = 0x80u + static_cast<unsigned>(place - kWindows1252.begin());
    }
    if (c >= 0x100) return false;
    out += static_cast<char>(c);
  }
  return true;
}

std::string_view name_of(CsvEncoding encoding) noexcept {
  return encoding == CsvEncoding::utf8 ? "UTF-8" : encoding == CsvEncoding::latin1 ? "Latin-1" : "Windows-1252";
}

}  // namespace triclave::rows
