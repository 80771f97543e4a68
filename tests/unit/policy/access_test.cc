#include "policy/access.h"

#include <gtest/gtest.h>

namespace triclave::policy {
namespace {

std::string spelled(std::string_view text) {
  const auto access = parse_access(text);
  return access ? to_text(*access) : "at " + std::to_string(access.error().offset) + ": " + access.error().message;
}

void expect_error(std::string_view text, std::size_t offset, std::string_view word) {
  const auto access = parse_access(text);
  ASSERT_FALSE(access) << text;
  EXPECT_EQ(access.error().offset, offset) << text << ": " << access.error().message;
  EXPECT_NE(access.error().message.find(word), std::string::npos) << access.error().message;
}

std::string list(int count) {
  std::string out = "a0";
  for (int i = 1; i < count; ++i) out += ", a" + std::to_string(i);
  return out;
}

TEST(Access, ReadsNestedThresholds) {
  EXPECT_EQ(spelled("all(owner, 2 of (outscale, ovh, orange))"), "all(owner, 2 of (outscale, ovh, orange))");
  EXPECT_EQ(spelled(" any ( a ,\n\tall(b,c) ) "), "any(a, all(b, c))");
  EXPECT_EQ(spelled("owner"), "owner");
  EXPECT_EQ(spelled("2of(a,b,c)"), "at 0: '2of(' is unknown: write all(..), any(..) or K of (..)");
  EXPECT_EQ(spelled("2 of(a,b,c)"), "2 of (a, b, c)");
}

TEST(Access, HasOneSpellingForEachThreshold) {
  EXPECT_EQ(spelled("3 of (a, b, c)"), "all(a, b, c)");
  EXPECT_EQ(spelled("1 of (a, b, c)"), "any(a, b, c)");
  EXPECT_EQ(spelled("any(a)"), "all(a)");
}

TEST(Access, NamesMayLookLikeAnything) {
  EXPECT_EQ(spelled("any(all.1, 2x, of-course, a_b)"), "any(all.1, 2x, of-course, a_b)");
}

TEST(Access, TellsWhereAnErrorIs) {
  expect_error("", 0, "ends");
  expect_error("   ", 3, "ends");
  expect_error("all(a, )", 7, "')' has no place");
  expect_error("all(a b)", 6, "comma or a closing parenthesis");
  expect_error("all(a, b", 8, "comma or a closing parenthesis");
  expect_error("all()", 4, "')' has no place");
  expect_error("all(a) b", 7, "nothing may follow");
  expect_error("some(a, b)", 0, "'some(' is unknown");
  expect_error("all", 0, "should be followed by");
  expect_error("any(a, all)", 7, "should be followed by");
  expect_error("2 (a, b)", 2, "of (..)");
  expect_error("2 of a", 5, "parentheses");
  expect_error("2", 1, "of (..)");
  expect_error("all(A, b)", 4, "'A' has no place");
  expect_error("a\xC3\xA9", 1, "nothing may follow");
  expect_error("\xC3\xA9", 0, "\\xc3");
  expect_error(std::string_view("a\0", 2), 1, "nothing may follow");
  expect_error(std::string_view("\0", 1), 0, "has no place");
}

TEST(Access, CountsMustBeMeetable) {
  expect_error("all(x, 0 of (a, b))", 7, "nobody");
  expect_error("3 of (a, b)", 0, "never be met");
  expect_error("99999999999999999999 of (a, b)", 0, "never be met");
  EXPECT_EQ(spelled("0002 of (a, b, c)"), "2 of (a, b, c)");
}

TEST(Access, KeepsTheLimitsOfTrees) {
  EXPECT_TRUE(parse_access("any(" + list(16) + ")"));
  expect_error("any(" + list(17) + ")", 4 + list(16).size() + 2, "more than 16");
  EXPECT_TRUE(parse_access("all(all(all(all(all(all(all(a)))))))"));
  expect_error("all(all(all(all(all(all(all(all(a))))))))", 32, "8 levels");
  const std::string block = "any(" + list(16) + ")";
  EXPECT_TRUE(parse_access("all(" + block + "," + block + "," + block + "," + block + ")"));
  expect_error("all(" + block + "," + block + "," + block + "," + block + ",z)", 4 + 4 * (block.size() + 1),
               "more than 64");
  EXPECT_TRUE(parse_access(std::string(64, 'n')));
  expect_error(std::string(65, 'n'), 0, "at most 64 characters");
}

TEST(Access, DepthIsBoundedForHostileText) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "all(";
  expect_error(deep, 32, "8 levels");
}

TEST(Access, OneRecipientStandsOnceInAList) {
  expect_error("any(a, b, a)", 10, "stands twice");
  EXPECT_TRUE(parse_access("any(a, all(a, b))"));
}

TEST(Access, ReadsAloud) {
  const auto words = [](std::string_view text) { return in_words(*parse_access(text)); };
  EXPECT_EQ(words("all(owner, 2 of (x, y, z))"), "owner together with any 2 of (x, y, z)");
  EXPECT_EQ(words("any(a, all(b, c))"), "any one of (a, b together with c)");
  EXPECT_EQ(words("all(a, all(b, c))"), "a together with (b together with c)");
  EXPECT_EQ(words("all(a)"), "a");
}

TEST(Access, ItsWordsAreNoNames) {
  for (const char* word : {"all", "any", "of", "2", "007"}) EXPECT_FALSE(is_free_name(word)) << word;
  for (const char* word : {"all2", "2a", "hospital"}) EXPECT_TRUE(is_free_name(word)) << word;
}

}  // namespace
}  // namespace triclave::policy
