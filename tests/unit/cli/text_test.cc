#include "cli/text.h"

#include <gtest/gtest.h>

#include "cli/progress.h"
#include "support/result.h"

namespace triclave::cli {
namespace {

TEST(Text, SizesAreReadable) {
  EXPECT_EQ(size_text(0), "0 bytes");
  EXPECT_EQ(size_text(1023), "1023 bytes");
  EXPECT_EQ(size_text(1024), "1.0 KiB");
  EXPECT_EQ(size_text(1536), "1.5 KiB");
  EXPECT_EQ(size_text(std::uint64_t{5} << 30), "5.0 GiB");
  EXPECT_EQ(size_text(~std::uint64_t{0}), "16384.0 PiB");
}

TEST(Text, NamesAreListedInOrder) {
  EXPECT_EQ(listed({}), "nobody");
  EXPECT_EQ(listed({"ovh"}), "ovh");
  EXPECT_EQ(listed({"ovh", "hospital", "orange"}), "hospital, orange and ovh");
  EXPECT_EQ(counted(1, "file") + ", " + counted(2, "object"), "1 file, 2 objects");
}

TEST(Text, HexBothWays) {
  EXPECT_EQ(hex(Bytes{0x00, 0xAB, 0x0F}), "00ab0f");
  EXPECT_EQ(from_hex("00aB0f").value(), (Bytes{0x00, 0xAB, 0x0F}));
  for (const char* bad : {"0", "0g", "g0", " 0", "-1", "+1", "00 "}) EXPECT_FAILS(from_hex(bad), ErrorKind::malformed);
}

TEST(Text, AGatheringNamesWhoFailed) {
  const GatherReport report{{"ovh", "hospital"}, {{"orange", "a wrong mask", ErrorKind::forged}}};
  const std::string text = to_text(report);
  EXPECT_NE(text.find("hospital and ovh\n"), std::string::npos) << text;
  EXPECT_NE(text.find("orange: a wrong mask\n"), std::string::npos) << text;
  const Json json = to_json(report);
  EXPECT_EQ(json["failed"][0]["who"], "orange");
  EXPECT_EQ(json["failed"][0]["kind"], "forged");
}

}  // namespace
}  // namespace triclave::cli
