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

}  // namespace
}  // namespace triclave
