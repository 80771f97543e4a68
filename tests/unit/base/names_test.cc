#include "base/names.h"

#include <gtest/gtest.h>

#include <string>

namespace triclave {
namespace {

TEST(Name, TakesTheSmallAlphabetOnly) {
  EXPECT_TRUE(is_name("a"));
  EXPECT_TRUE(is_name("pmsi-2025_v1.2"));
  EXPECT_TRUE(is_name(std::string(64, 'z')));
  EXPECT_FALSE(is_name(""));
  EXPECT_FALSE(is_name(std::string(65, 'z')));
  for (int c = 0; c < 256; ++c) {
    const bool allowed = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    EXPECT_EQ(is_name(std::string("a") + static_cast<char>(c)), allowed) << c;
  }
}

TEST(Text, RefusesEmptyLongAndControlCharacters) {
  EXPECT_FALSE(is_text("", 10));
  EXPECT_TRUE(is_text("0123456789", 10));
  EXPECT_FALSE(is_text("01234567890", 10));
  for (int c = 0; c < 0x80; ++c)
    EXPECT_EQ(is_text(std::string(1, static_cast<char>(c)), 10), c >= 0x20 && c != 0x7F) << c;
}

TEST(Text, CountsBytesNotCharacters) {
  EXPECT_TRUE(is_text("\xC3\xA9\xC3\xA9", 4));
  EXPECT_FALSE(is_text("\xC3\xA9\xC3\xA9", 3));
}

struct Utf8Case {
  const char* bytes;
  bool good;
};

// Unicode 15, table 3-7 "Well-Formed UTF-8 Byte Sequences": the first and last of each row, and their neighbours.
class Utf8 : public ::testing::TestWithParam<Utf8Case> {};
TEST_P(Utf8, FollowsTheTableOfWellFormedSequences) {
  EXPECT_EQ(is_text(GetParam().bytes, 64), GetParam().good);
  EXPECT_EQ(is_text(std::string("x") + GetParam().bytes + "y", 64), GetParam().good);
}
INSTANTIATE_TEST_SUITE_P(
    Table, Utf8,
    ::testing::Values(Utf8Case{"\xC2\x80", true}, Utf8Case{"\xDF\xBF", true}, Utf8Case{"\xE0\xA0\x80", true},
                      Utf8Case{"\xE0\xBF\xBF", true}, Utf8Case{"\xE1\x80\x80", true}, Utf8Case{"\xEC\xBF\xBF", true},
                      Utf8Case{"\xED\x80\x80", true}, Utf8Case{"\xED\x9F\xBF", true}, Utf8Case{"\xEE\x80\x80", true},
                      Utf8Case{"\xEF\xBF\xBF", true}, Utf8Case{"\xF0\x90\x80\x80", true},
                      Utf8Case{"\xF3\xBF\xBF\xBF", true}, Utf8Case{"\xF4\x8F\xBF\xBF", true}, Utf8Case{"\x80", false},
                      Utf8Case{"\xBF", false}, Utf8Case{"\xC0\x80", false}, Utf8Case{"\xC1\xBF", false},
                      Utf8Case{"\xC2", false}, Utf8Case{"\xC2\x7F", false}, Utf8Case{"\xC2\xC0", false},
                      Utf8Case{"\xE0\x9F\xBF", false}, Utf8Case{"\xE0\xA0", false}, Utf8Case{"\xE1\x80\xC0", false},
                      Utf8Case{"\xED\xA0\x80", false}, Utf8Case{"\xED\xBF\xBF", false},
                      Utf8Case{"\xF0\x8F\xBF\xBF", false}, Utf8Case{"\xF0\x90\x80", false},
                      Utf8Case{"\xF4\x90\x80\x80", false}, Utf8Case{"\xF5\x80\x80\x80", false}, Utf8Case{"\xFE", false},
                      Utf8Case{"\xFF", false}));

}  // namespace
}  // namespace triclave
