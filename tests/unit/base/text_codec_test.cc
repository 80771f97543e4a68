#include "base/text_codec.h"

#include <gtest/gtest.h>

#include <utility>

#include "support/result.h"

namespace triclave {
namespace {

// RFC 4648, section 10.
TEST(Base64, KnownAnswers) {
  const std::pair<const char*, const char*> cases[] = {{"", ""},
                                                       {"f", "Zg=="},
                                                       {"fo", "Zm8="},
                                                       {"foo", "Zm9v"},
                                                       {"foob", "Zm9vYg=="},
                                                       {"fooba", "Zm9vYmE="},
                                                       {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : cases) {
    EXPECT_EQ(to_base64(as_bytes(plain)), encoded);
    const auto back = from_base64(encoded);
    ASSERT_OK(back);
    EXPECT_EQ(as_text(*back), plain);
    const auto secret = secret_from_base64(encoded);
    ASSERT_OK(secret);
    EXPECT_EQ(as_text(secret->view()), plain);
  }
}

TEST(Base64, HasOneSpellingOnly) {
  for (const char* bad : {"Zg", "Zg=", "Zg===", "Zm9v=", "Zh==", "Zm9=", " Zg==", "Zg== ", "Zg==\n",
                          "Z g==", "Zg==Zg==", "Zm9_", "Zm9-", "====", "Z", "Zm9vY"}) {
    EXPECT_FAILS(from_base64(bad), ErrorKind::malformed);
    EXPECT_FAILS(secret_from_base64(bad), ErrorKind::malformed);
  }
}

// libsodium 1.0.18 itself takes some of these bytes.
TEST(Base64, IsAscii) {
  for (int byte = 0x80; byte <= 0xFF; ++byte) {
    std::string text = "Zm9v";
    for (char& c : text) {
      const char digit = std::exchange(c, static_cast<char>(byte));
      EXPECT_FAILS(from_base64(text), ErrorKind::malformed) << byte;
      EXPECT_FAILS(secret_from_base64(text), ErrorKind::malformed) << byte;
      c = digit;
    }
  }
}

TEST(Hex, BothWays) {
  EXPECT_EQ(to_hex(Bytes{0x00, 0x7F, 0xAB, 0xFF}), "007fabff");
  const auto bytes = from_hex("007fABff");
  ASSERT_OK(bytes);
  EXPECT_EQ(*bytes, (Bytes{0x00, 0x7F, 0xAB, 0xFF}));
  const auto secret = secret_from_hex("c0ffee");
  ASSERT_OK(secret);
  EXPECT_EQ(to_hex(secret->view()), "c0ffee");
  EXPECT_TRUE(from_hex("")->empty());
}

TEST(Hex, IsStrict) {
  for (const char* bad : {"0", "0g", "00 11", " 00", "00\n", "0x00", "00:11", "g0"}) {
    EXPECT_FAILS(from_hex(bad), ErrorKind::malformed);
    EXPECT_FAILS(secret_from_hex(bad), ErrorKind::malformed);
  }
}

TEST(Codec, ErrorsDoNotRepeatTheText) {
  EXPECT_EQ(secret_from_hex("c0ffee-not-hex").error().message.find("c0ffee"), std::string::npos);
  EXPECT_EQ(secret_from_base64("c2VjcmV0!").error().message.find("c2Vj"), std::string::npos);
}

}  // namespace
}  // namespace triclave
