#include "policy/codes.h"

#include <gtest/gtest.h>

namespace triclave::policy {
namespace {

TEST(Codes, TheEeaIsTheUnionAndThreeMore) {
  int members = 0;
  for (char a = 'A'; a <= 'Z'; ++a)
    for (char b = 'A'; b <= 'Z'; ++b) members += is_eea(std::string{a, b}) ? 1 : 0;
  EXPECT_EQ(members, 30);
  for (const char* code : {"FR", "DE", "IE", "HR", "GR", "IS", "LI", "NO"}) EXPECT_TRUE(is_eea(code)) << code;
  for (const char* code : {"CH", "GB", "US", "EL", "UK", "fr", "", "F", "R "}) EXPECT_FALSE(is_eea(code)) << code;
}

TEST(Codes, KnowsTheAssignedCountriesOnly) {
  int countries = 0;
  for (char a = 'A'; a <= 'Z'; ++a)
    for (char b = 'A'; b <= 'Z'; ++b) countries += is_country(std::string{a, b}) ? 1 : 0;
  EXPECT_EQ(countries, 249);  // ISO 3166-1, officially assigned
  for (const char* code : {"US", "CN", "GB", "CH"}) EXPECT_TRUE(is_country(code)) << code;
  for (const char* code : {"UK", "EL", "EU", "XX", "us", "USA", "D A", "D "}) EXPECT_FALSE(is_country(code)) << code;
}

TEST(Codes, RegionsAreTheEeaOrOneCountry) {
  EXPECT_TRUE(in_region("FR", "EEA"));
  EXPECT_FALSE(in_region("CH", "EEA"));
  EXPECT_TRUE(in_region("FR", "FR"));
  EXPECT_FALSE(in_region("DE", "FR"));
}

TEST(Codes, DatesAreDaysOfTheCalendar) {
  EXPECT_EQ(parse_date("2024-02-29"), std::chrono::sys_days{std::chrono::year{2024} / 2 / 29});
  EXPECT_EQ(format_date(*parse_date("2024-02-29")), "2024-02-29");
  for (const char* text : {"2023-02-29", "2024-13-01", "2024-00-10", "2024-1-01", "2024-01-32", "24-01-01",
                           "1969-12-31", "2024/01/01", "2024-01-01 ", "2024-01-+1", ""})
    EXPECT_EQ(parse_date(text), std::nullopt) << text;
}

TEST(Codes, LabelsArePrintableAscii) {
  EXPECT_TRUE(is_label("SECNUMCLOUD"));
  EXPECT_TRUE(is_label(std::string(64, 'L')));
  for (const std::string& text : {std::string(), std::string("A B"), std::string("caf\xC3\xA9"), std::string(65, 'L')})
    EXPECT_FALSE(is_label(text)) << text;
}

}  // namespace
}  // namespace triclave::policy
