#include "table/type.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/result.h"

namespace triclave::table {
namespace {

TEST(Type, BuffersCountValidity) {
  EXPECT_EQ(buffer_count(Layout::null), 0u);
  EXPECT_EQ(buffer_count(Layout::structs), 1u);
  EXPECT_EQ(buffer_count(Layout::bits), 2u);
  EXPECT_EQ(buffer_count(Layout::fixed), 2u);
  EXPECT_EQ(buffer_count(Layout::list), 2u);
  EXPECT_EQ(buffer_count(Layout::bytes), 3u);
}

struct Known {
  std::string format;
  Layout layout;
  std::uint32_t width;

  friend void PrintTo(const Known& tested, std::ostream* out) { *out << tested.format; }
};

// Layouts and widths are those of Arrow's columnar format, written down by hand.
class EveryFormat : public ::testing::TestWithParam<Known> {};

TEST_P(EveryFormat, HasItsMemory) {
  const auto type = parse_format(GetParam().format);
  ASSERT_OK(type);
  EXPECT_EQ(type->layout, GetParam().layout);
  EXPECT_EQ(type->width, GetParam().width);
}

INSTANTIATE_TEST_SUITE_P(
    Type, EveryFormat,
    ::testing::Values(Known{"n", Layout::null, 0}, Known{"b", Layout::bits, 0}, Known{"c", Layout::fixed, 1},
                      Known{"C", Layout::fixed, 1}, Known{"s", Layout::fixed, 2}, Known{"S", Layout::fixed, 2},
                      Known{"i", Layout::fixed, 4}, Known{"I", Layout::fixed, 4}, Known{"l", Layout::fixed, 8},
                      Known{"L", Layout::fixed, 8}, Known{"e", Layout::fixed, 2}, Known{"f", Layout::fixed, 4},
                      Known{"g", Layout::fixed, 8}, Known{"z", Layout::bytes, 4}, Known{"Z", Layout::bytes, 8},
                      Known{"u", Layout::bytes, 4}, Known{"U", Layout::bytes, 8}, Known{"d:1,0", Layout::fixed, 16},
                      Known{"d:38,10", Layout::fixed, 16}, Known{"d:5,-2", Layout::fixed, 16},
                      Known{"d:76,76,256", Layout::fixed, 32}, Known{"w:1", Layout::fixed, 1},
                      Known{"w:42", Layout::fixed, 42}, Known{"w:65536", Layout::fixed, 65536},
                      Known{"tdD", Layout::fixed, 4}, Known{"tdm", Layout::fixed, 8}, Known{"tts", Layout::fixed, 4},
                      Known{"ttm", Layout::fixed, 4}, Known{"ttu", Layout::fixed, 8}, Known{"ttn", Layout::fixed, 8},
                      Known{"tss:", Layout::fixed, 8}, Known{"tsm:UTC", Layout::fixed, 8},
                      Known{"tsu:+02:00", Layout::fixed, 8}, Known{"tsn:Europe/Paris", Layout::fixed, 8},
                      Known{"tsn:" + std::string(64, 'z'), Layout::fixed, 8}, Known{"tDs", Layout::fixed, 8},
                      Known{"tDm", Layout::fixed, 8}, Known{"tDu", Layout::fixed, 8}, Known{"tDn", Layout::fixed, 8},
                      Known{"tiM", Layout::fixed, 4}, Known{"tiD", Layout::fixed, 8}, Known{"tin", Layout::fixed, 16},
                      Known{"+l", Layout::list, 4}, Known{"+L", Layout::list, 8}, Known{"+s", Layout::structs, 0}),
    [](const auto& tested) {
      std::string name = std::to_string(tested.index) + "_";
      for (const char c : tested.param.format)
        if (std::isalnum(static_cast<unsigned char>(c)) != 0) name += c;
      return name;
    });

struct Named {
  std::string format;
  std::string words;
};

// Each message names the type as people call it, and the format.
TEST(Type, WhatIsNotTakenIsNamed) {
  for (const auto& [format, words] : {
           Named{"vu", "string views"},
           Named{"vz", "binary views"},
           Named{"+vl", "list views"},
           Named{"+vL", "large list views"},
           Named{"+ud:0,1", "dense unions"},
           Named{"+us:5", "sparse unions"},
           Named{"+r", "run-end encoded"},
           Named{"+m", "maps"},
           Named{"+w:3", "fixed-size lists"},
           Named{"d:9,2,32", "less than 128 bits"},
           Named{"d:18,2,64", "less than 128 bits"},
           Named{"d:38,77", "scale"},
           Named{"d:38,-77", "scale"},
           Named{"w:0", "fixed-size binary"},
           Named{"w:65537", "fixed-size binary"},
       }) {
    const auto type = parse_format(format);
    EXPECT_FAILS(type, ErrorKind::unsupported) << format;
    if (type) continue;
    EXPECT_THAT(type.error().message, ::testing::HasSubstr(words));
    EXPECT_THAT(type.error().message, ::testing::HasSubstr("'" + format + "'"));
  }
}

// One type has one spelling: no signs, zeros in front, or blanks.
TEST(Type, WhatIsNoFormatIsRefused) {
  for (const std::string format : {"",           "x",         "N",          "uu",       "i ",           " i",
                                   "t",          "td",        "tdd",        "tt",       "tts:",         "ts",
                                   "tss",        "tsx:",      "tSs:",       "ti",       "tim",          "tD",
                                   "+",          "+x",        "w",          "w:",       "w:01",         "w:+1",
                                   "w:-1",       "w:1 ",      "w:1,",       "w:0x1",    "w:4294967297", "w:99999999999",
                                   "d",          "d:",        "d:5",        "d:5,",     "d:,2",         "d:05,2",
                                   "d:5,02",     "d:+5,2",    "d:-5,2",     "d:5,+2",   "d:5,-0",       "d:5,2,",
                                   "d:5,2,128",  "d:5,2,512", "d:5,2,256,", "d:0,0",    "d:39,0",       "d:77,0,256",
                                   "d:5,2,0256", "d:5, 2",    "\xFF",       "tss:\xFF", "tss:\x01"}) {
    EXPECT_FAILS(parse_format(format), ErrorKind::unsupported) << format;
  }
  EXPECT_FAILS(parse_format("tss:" + std::string(65, 'z')), ErrorKind::unsupported);
  EXPECT_FAILS(parse_format(std::string("i\0", 2)), ErrorKind::unsupported);
  EXPECT_FAILS(parse_format(std::string(100000, '+')), ErrorKind::unsupported);
}

}  // namespace
}  // namespace triclave::table
