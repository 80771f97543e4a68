#include "store/key.h"

#include <gtest/gtest.h>

#include <string>

#include "support/result.h"

namespace triclave::store {
namespace {

TEST(Key, TakesPartsJoinedBySlashes) {
  for (const char* key :
       {"a", "a/b/c", "stays 2025.csv", ".hidden", "a/..b", "...", "\xC3\xA9t\xC3\xA9/\xE5\x8C\xBB.csv", "a\\b", "-"})
    EXPECT_OK(check_key(key));
  EXPECT_OK(check_key(std::string(1024, 'a')));
}

TEST(Key, RefusesWhatCouldMeanSomethingElseToAStore) {
  for (const char* key :
       {"", "/", "/a", "a/", "a//b", ".", "..", "a/../b", "../a", "a/.", "./a", "a/..", "a\nb", "a\x7F", "\x01"})
    EXPECT_FAILS(check_key(key), ErrorKind::invalid_argument);
  EXPECT_FAILS(check_key(std::string_view("a\0b", 3)), ErrorKind::invalid_argument);
  EXPECT_FAILS(check_key(std::string(1025, 'a')), ErrorKind::invalid_argument);
  EXPECT_FAILS(check_key("\xFF"), ErrorKind::invalid_argument);
}

TEST(Key, PartsComeOffTheFront) {
  std::string_view key = "a/bc/d";
  EXPECT_EQ(next_part(key), "a");
  EXPECT_EQ(next_part(key), "bc");
  EXPECT_EQ(next_part(key), "d");
  EXPECT_TRUE(key.empty());
}

}  // namespace
}  // namespace triclave::store
