// Bytes and characters. Expected values are what Python's codecs latin-1 and cp1252 give; the five bytes that cp1252
// lacks stand for themselves (WHATWG Encoding Standard).
#include "rows/encoding.h"

#include <gmock/gmock.h>

#include "base/names.h"

namespace triclave::rows {
namespace {

std::string decoded(CsvEncoding encoding, std::string_view text) {
  std::string out;
  append_utf8(encoding, text, out);
  return out;
}

TEST(Encoding, Latin1) {
  EXPECT_EQ(decoded(CsvEncoding::latin1, "H\xE9l\xE8ne \xFF\xA0"), "H\u00E9l\u00E8ne \u00FF\u00A0");
  EXPECT_EQ(decoded(CsvEncoding::latin1, "\x80"), "\xC2\x80");
}

TEST(Encoding, Windows1252) {
  EXPECT_EQ(decoded(CsvEncoding::windows1252, "\x80\x82\x83\x84\x85\x86\x87\x88\x89\x8A\x8B\x8C\x8E"),
            "\u20AC\u201A\u0192\u201E\u2026\u2020\u2021\u02C6\u2030\u0160\u2039\u0152\u017D");
  EXPECT_EQ(decoded(CsvEncoding::windows1252, "\x91\x92\x93\x94\x95\x96\x97\x98\x99\x9A\x9B\x9C\x9E\x9F\xE9"),
            "\u2018\u2019\u201C\u201D\u2022\u2013\u2014\u02DC\u2122\u0161\u203A\u0153\u017E\u0178\u00E9");
  EXPECT_EQ(decoded(CsvEncoding::windows1252, "\x81\x8D\x8F\x90\x9D"), "\xC2\x81\xC2\x8D\xC2\x8F\xC2\x90\xC2\x9D");
}

TEST(Encoding, EachByteComesBack) {
  for (const auto encoding : {CsvEncoding::latin1, CsvEncoding::windows1252}) {
    std::string all;
    for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
    const std::string utf8 = decoded(encoding, all);
    EXPECT_TRUE(is_utf8(utf8));
    std::string again;
    EXPECT_TRUE(append_encoded(encoding, utf8, again));
    EXPECT_EQ(again, all);
  }
}

TEST(Encoding, LacksCharacters) {
  std::string out;
  EXPECT_FALSE(append_encoded(CsvEncoding::latin1, "\u20AC", out));
  EXPECT_FALSE(append_encoded(CsvEncoding::latin1, "\u0153", out));
  EXPECT_FALSE(append_encoded(CsvEncoding::latin1, "\u0100", out));
  EXPECT_FALSE(append_encoded(CsvEncoding::windows1252, "\xC2\x80", out));
  EXPECT_FALSE(append_encoded(CsvEncoding::windows1252, "\u0100", out));
  EXPECT_FALSE(append_encoded(CsvEncoding::windows1252, "\U0001F600", out));
  EXPECT_TRUE(append_encoded(CsvEncoding::utf8, "\U0001F600", out));
}

}  // namespace
}  // namespace triclave::rows
