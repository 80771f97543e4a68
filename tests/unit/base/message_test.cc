#include "base/message.h"

#include <gtest/gtest.h>

#include "base/text_codec.h"

namespace triclave {
namespace {

TEST(Message, PrefixesEachFieldWithItsLength) {
  EXPECT_EQ(to_hex(M({"ab", std::uint16_t{0x647A}, Bytes{}})),
            "00000002"
            "6162"
            "00000002"
            "647a"
            "00000000");
}

TEST(Message, TellsSplitsOfTheSameBytesApart) { EXPECT_NE(M({"ab", "c"}), M({"a", "bc"})); }

TEST(Message, IsReadBackFieldByField) {
  const Bytes bytes = M({"ab", "", std::uint16_t{7}});
  const auto fields = fields_of(bytes, 3);
  ASSERT_TRUE(fields.has_value());
  ASSERT_EQ(fields->size(), 3U);
  EXPECT_EQ(as_text((*fields)[0]), "ab");
  EXPECT_TRUE((*fields)[1].empty());
  EXPECT_EQ(to_hex((*fields)[2]), "0007");
  EXPECT_EQ(M(std::vector<Bytes>{{'a', 'b'}, {}, {0, 7}}), bytes);
  EXPECT_TRUE(fields_of({}, 3)->empty());
}

TEST(Message, IsWholeFieldsAndNoMoreThanAsked) {
  const Bytes bytes = M({"ab", "", std::uint16_t{7}});
  EXPECT_FALSE(fields_of(bytes, 2).has_value());
  for (const std::size_t cut : {1U, 3U, 5U, 7U, 9U, 15U})
    EXPECT_FALSE(fields_of(ByteView(bytes).first(cut), 3).has_value());
  EXPECT_FALSE(fields_of(Bytes{0xFF, 0xFF, 0xFF, 0xFF, 0}, 3).has_value());
}

}  // namespace
}  // namespace triclave
