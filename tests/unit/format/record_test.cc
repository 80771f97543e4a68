#include "format/record.h"

#include <gtest/gtest.h>

#include <string>

#include "base/text_codec.h"
#include "support/result.h"

namespace triclave::format {
namespace {

constexpr std::string_view kMagic = "747269636c617665";  // "triclave"

Bytes preamble(const std::string& kind_and_version) { return from_hex(std::string(kMagic) + kind_and_version).value(); }

TEST(Preamble, IsTwelveBytesOfMagicKindAndVersion) {
  Bytes capsule;
  put_preamble(capsule, RecordKind::capsule);
  EXPECT_EQ(capsule, preamble("00010001"));
  Bytes object = {0xFF};
  put_preamble(object, RecordKind::object);  // appends
  EXPECT_EQ(to_hex(object), "ff" + std::string(kMagic) + "00020001");
}

TEST(Preamble, IsAcceptedWhereItsKindIsExpected) {
  EXPECT_OK(check_preamble(preamble("00010001"), RecordKind::capsule, "it"));
  EXPECT_OK(check_preamble(preamble("00020001"
                                    "abcdef"),
                           RecordKind::object, "it"));
}

TEST(Preamble, CutShortIsMalformed) {
  const Bytes whole = preamble("00010001");
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_FAILS(check_preamble(ByteView(whole).first(length), RecordKind::capsule, "it"), ErrorKind::malformed);
}

TEST(Preamble, AnyOtherFirstByteIsNotOurs) {
  for (std::size_t at = 0; at < 8; ++at)
    for (int bit = 0; bit < 8; ++bit) {
      Bytes changed = preamble("00010001");
      changed[at] = static_cast<std::uint8_t>(changed[at] ^ 1 << bit);
      EXPECT_FAILS(check_preamble(changed, RecordKind::capsule, "it"), ErrorKind::malformed);
    }
}

TEST(Preamble, ANewerVersionIsUnsupportedAndSaysSo) {
  for (const char* version : {"0002", "00ff", "0100", "ffff"}) {
    const auto checked = check_preamble(preamble(std::string("0001") + version), RecordKind::capsule, "the file");
    EXPECT_FAILS(checked, ErrorKind::unsupported);
    EXPECT_NE(checked.error().message.find("newer"), std::string::npos) << checked.error().message;
    EXPECT_NE(checked.error().message.find("the file"), std::string::npos) << checked.error().message;
  }
}

// A later version may bring new kinds, so the version is judged first.
TEST(Preamble, ANewerVersionOfAnUnknownKindIsUnsupported) {
  EXPECT_FAILS(check_preamble(preamble("00090002"), RecordKind::capsule, "it"), ErrorKind::unsupported);
}

TEST(Preamble, VersionZeroIsMalformed) {
  EXPECT_FAILS(check_preamble(preamble("00010000"), RecordKind::capsule, "it"), ErrorKind::malformed);
}

TEST(Preamble, AnotherKindIsMalformedAndNamed) {
  const auto checked = check_preamble(preamble("00020001"), RecordKind::capsule, "it");
  EXPECT_FAILS(checked, ErrorKind::malformed);
  EXPECT_EQ(checked.error().message, "it is a sealed object, where a capsule was expected");
  for (const char* kind : {"0000", "0003", "0100", "ffff"})
    EXPECT_FAILS(check_preamble(preamble(std::string(kind) + "0001"), RecordKind::object, "it"), ErrorKind::malformed);
}

}  // namespace
}  // namespace triclave::format
