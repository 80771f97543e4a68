#include "policy/columns.h"

#include <gmock/gmock.h>

namespace triclave::policy {
namespace {

TEST(Columns, PatternsMatchWholeNames) {
  for (const auto& [pattern, name] : {std::pair{"nir", "nir"},
                                      {"*", ""},
                                      {"*", "anything"},
                                      {"a*", "a"},
                                      {"*_id", "stay_id"},
                                      {"a*b*c", "aXbXbXc"},
                                      {"?", "\xC3\xA9"},
                                      {"n??", "n\xC3\xA9\xE2\x82\xAC"},
                                      {"*a*a*", "banana"},
                                      {"**", "x"},
                                      {"?*", "x"}})
    EXPECT_TRUE(matches(pattern, name)) << pattern << " " << name;
  for (const auto& [pattern, name] : {std::pair{"nir", "nirr"},
                                      {"nir", "ni"},
                                      {"nir", "NIR"},
                                      {"?", ""},
                                      {"?", "ab"},
                                      {"*_id", "id"},
                                      {"a*b", "abc"},
                                      {"", "x"},
                                      {"?*", ""},
                                      {"a*a", "a"}})
    EXPECT_FALSE(matches(pattern, name)) << pattern << " " << name;
}

// Many stars do not make it slow: what one has swallowed is never given back to an earlier one.
TEST(Columns, StarsDoNotExplode) {
  std::string pattern;
  for (int i = 0; i < 500; ++i) pattern += "a*";
  EXPECT_FALSE(matches(pattern + "b", std::string(1000, 'a')));
  EXPECT_TRUE(matches(pattern, std::string(1000, 'a')));
}

TEST(Columns, ANameCountsBeforePatternsAndEarlierPatternsFirst) {
  const std::vector<ColumnClaims> claims = {{"open", {"a*", "*_code"}}, {"closed", {"age", "a_*", "*"}}};
  EXPECT_EQ(claimant(claims, "age"), "closed");
  EXPECT_EQ(claimant(claims, "a_code"), "open");
  EXPECT_EQ(claimant(claims, "b"), "closed");
  EXPECT_EQ(claimant({{"open", {"a*"}}}, "b"), "");
  // What is written out is no pattern for others.
  EXPECT_EQ(claimant({{"open", {"a"}}}, "A"), "");
}

}  // namespace
}  // namespace triclave::policy
