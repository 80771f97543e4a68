#include "keys/own_key.h"

#include "support/result.h"
#include "support/temp_folder.h"
#include "triclave/keys.h"
#include "unit/keys/vectors.h"

namespace triclave {
namespace {

using testing::read_json;
using testing::TempFolder;
using testing::write_file;

struct OwnKey : ::testing::Test {
  std::string hex = testing::known_keys().at("own_key");
  std::string expected = testing::known_keys().at("own_key_id");  // derived by make_keys.py
  Bytes bytes = testing::hex(hex);
  std::string base64 = to_base64(bytes);
  TempFolder folder;

  static std::string id(const Result<Identity>& identity) {
    return identity ? to_hex(identity->recipient().id()) : testing::text_of(identity);
  }
  std::string id_of_file(const std::string& content) {
    write_file(folder / "own", content);
    return id(Identity::import_own_key_file(folder / "own", "owner"));
  }
};

TEST_F(OwnKey, GivesOneRecipientFromEachForm) {
  EXPECT_EQ(id(Identity::import_own_key(hex, "owner")), expected);
  EXPECT_EQ(id(Identity::import_own_key(base64, "another name")), expected);
  const std::string raw(bytes.begin(), bytes.end());
  for (const std::string& content : {raw, hex, base64, hex + "\n", base64 + "\n", hex + "\r\n", base64 + "\r\n"})
    EXPECT_EQ(id_of_file(content), expected) << content.size();
}

TEST_F(OwnKey, TakesUpperCaseHex) {
  std::string upper = hex;
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  EXPECT_EQ(id(Identity::import_own_key(upper, "owner")), expected);
}

TEST_F(OwnKey, RefusesTextThatIsNo32Bytes) {
  for (const std::string& text :
       {std::string(), hex.substr(2), hex + "00", hex.substr(1), hex + "\n", " " + hex.substr(1), base64.substr(4),
        base64 + "AAAA", base64.substr(0, 43), base64.substr(0, 43) + "A", "0x" + hex.substr(2), std::string(64, 'g'),
        std::string(44, '!'), to_base64(Bytes(31, 1)), to_base64(Bytes(33, 1))}) {
    const auto imported = Identity::import_own_key(text, "owner");
    EXPECT_FAILS(imported, ErrorKind::invalid_argument) << text.size();
    // The message must not repeat what may be a secret with a slip in it.
    if (text.size() > 8) {
      EXPECT_EQ(testing::text_of(imported).find(text.substr(0, 8)), std::string::npos);
    }
  }
}

TEST_F(OwnKey, RefusesFilesThatHoldNo32Bytes) {
  const std::string raw(bytes.begin(), bytes.end());
  for (const std::string& content : {std::string(), raw.substr(1), raw + "\n", raw + "x", hex + "\n\n", hex + " \n",
                                     "\n" + hex, std::string(100, 'a'), std::string(100000, 'a')}) {
    write_file(folder / "own", content);
    EXPECT_FAILS(Identity::import_own_key_file(folder / "own", "owner"), ErrorKind::invalid_argument) << content.size();
  }
}

TEST_F(OwnKey, RefusesBytesThatAreAllAlike) {
  for (const unsigned byte : {0x00U, 0x01U, 0x80U, 0xFFU}) {
    const Bytes alike(32, static_cast<std::uint8_t>(byte));
    EXPECT_FAILS(Identity::import_own_key(to_hex(alike), "owner"), ErrorKind::invalid_argument);
    EXPECT_FAILS(Identity::import_own_key(to_base64(alike), "owner"), ErrorKind::invalid_argument);
    write_file(folder / "own", std::string(alike.begin(), alike.end()));
    EXPECT_FAILS(Identity::import_own_key_file(folder / "own", "owner"), ErrorKind::invalid_argument);
    Bytes nearly = alike;
    nearly[31] ^= 1;
    EXPECT_OK(Identity::import_own_key(to_hex(nearly), "owner"));
  }
}

TEST_F(OwnKey, RefusesFilesThatAreNone) {
  EXPECT_FAILS(Identity::import_own_key_file(folder / "missing", "owner"), ErrorKind::io);
  EXPECT_FAILS(Identity::import_own_key_file(folder.path(), "owner"), ErrorKind::invalid_argument);
}

TEST_F(OwnKey, RefusesNamesThatAreNone) {
  for (const std::string& name : {std::string(), std::string(65, 'a'), std::string("a\nb"), std::string("\xFF")})
    EXPECT_FAILS(Identity::import_own_key(hex, name), ErrorKind::invalid_argument);
}

TEST_F(OwnKey, IsNotTheSeedItself) {
  const keys::xwing::PrivateKey direct(testing::secret_hex<32>(hex));
  const auto imported = Identity::import_own_key(hex, "owner");
  ASSERT_OK(imported);
  EXPECT_NE(direct.public_key(), imported->recipient().public_key());
}

}  // namespace
}  // namespace triclave
