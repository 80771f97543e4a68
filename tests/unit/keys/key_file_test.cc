// Key files that are in order: those of an independent writer, and our own round trips.
#include "keys/key_file.h"

#include <gmock/gmock.h>

#include "unit/keys/key_files.h"

namespace triclave {
namespace {

using testing::key_file_cases;
using testing::load_as;
using testing::read_file;
using testing::TempFolder;

// A cheap Argon2id, so that tests do not wait.
Protection cheap(std::string_view passphrase) { return {passphrase, 64, 1, 2}; }

// Without the checksum and the date, in which two writers' files of one key differ.
std::string undated(const std::string& text) {
  std::string lines = testing::without_checksum(text);
  const std::size_t at = lines.find("created: ");
  return lines.erase(at, lines.find('\n', at) + 1 - at);
}

TEST(KeyFile, OfAnIndependentWriterIsRead) {
  const auto known = testing::known_keys();
  for (const auto& each : key_file_cases()) {
    const auto id = load_as(each, each.text);
    ASSERT_OK(id);
    EXPECT_EQ(*id, known.at(each.is_signer() ? "signer_id" : "recipient_id")) << each.name;
  }
}

TEST(KeyFile, OfARecipientIsWrittenAsAnotherWriterDoes) {
  const auto like = key_file_cases()[0];
  const auto recipient = Recipient::parse(like.text, like.name);
  ASSERT_OK(recipient);
  const std::string text = recipient->to_text();
  EXPECT_EQ(undated(text), undated(like.text));
  EXPECT_OK(Recipient::parse(text, "again"));
}

TEST(KeyFile, OfAPrivateKeyIsWrittenAsAnotherWriterDoes) {
  const TempFolder folder;
  for (const auto& like : key_file_cases()) {
    if (!like.is_private() || !like.passphrase.empty()) continue;
    testing::write_file(folder / like.name, like.text);
    std::filesystem::permissions(folder / like.name, std::filesystem::perms{0600});
    const auto written = folder / (like.name + ".again");
    if (like.is_signer()) {
      EXPECT_OK(Signer::load(folder / like.name)->save(written));
    } else {
      EXPECT_OK(Identity::load(folder / like.name)->save(written));
    }
    EXPECT_EQ(undated(read_file(written)), undated(like.text));
  }
}

TEST(KeyFile, OfAnIdentityRoundTrips) {
  const TempFolder folder;
  const Identity identity = Identity::generate("Hôpital Nord");
  for (const std::string_view passphrase : {"", "a passphrase"}) {
    const auto file = folder / ("key" + std::to_string(passphrase.size()));
    ASSERT_OK(identity.save(file, cheap(passphrase)));
    const auto loaded = Identity::load(file, passphrase);
    ASSERT_OK(loaded);
    EXPECT_EQ(loaded->recipient().id(), identity.recipient().id());
    EXPECT_EQ(loaded->recipient().name(), "Hôpital Nord");
    EXPECT_EQ(loaded->recipient().public_key(), identity.recipient().public_key());
  }
}

TEST(KeyFile, OfASignerRoundTrips) {
  const TempFolder folder;
  const Signer signer = Signer::generate("producer");
  const auto verifier = Verifier::parse(signer.public_text(), "public");
  ASSERT_OK(verifier);
  EXPECT_EQ(verifier->id(), signer.verifier().id());
  EXPECT_EQ(verifier->name(), "producer");
  for (const std::string_view passphrase : {"", "a passphrase"}) {
    const auto file = folder / ("key" + std::to_string(passphrase.size()));
    ASSERT_OK(signer.save(file, cheap(passphrase)));
    const auto loaded = Signer::load(file, passphrase);
    ASSERT_OK(loaded);
    const Bytes message(10, 1);
    EXPECT_OK(verifier->verify("core", message, loaded->sign("core", message)));
  }
}

TEST(KeyFile, WithADefaultProtectionTakesTheParametersOfTheDesign) {
  const TempFolder folder;
  ASSERT_OK(Identity::generate("owner").save(folder / "key", {"a passphrase"}));
  EXPECT_THAT(read_file(folder / "key"), ::testing::HasSubstr("\nprotection: argon2id m=262144 t=3 p=4 salt="));
  EXPECT_OK(Identity::load(folder / "key", "a passphrase"));
}

TEST(KeyFile, WithAPassphraseHidesTheSecret) {
  const TempFolder folder;
  const Identity identity = Identity::generate("owner");
  ASSERT_OK(identity.save(folder / "open"));
  ASSERT_OK(identity.save(folder / "sealed", cheap("a passphrase")));
  const std::string open = read_file(folder / "open");
  const std::size_t at = open.find("secret: ") + 8;
  EXPECT_EQ(read_file(folder / "sealed").find(open.substr(at, 44)), std::string::npos);
}

TEST(KeyFile, OfOneKeyHasANewSaltEachTime) {
  const TempFolder folder;
  const Identity identity = Identity::generate("owner");
  ASSERT_OK(identity.save(folder / "one", cheap("a passphrase")));
  ASSERT_OK(identity.save(folder / "two", cheap("a passphrase")));
  const auto lines_from = [&](const char* name) {
    const std::string text = read_file(folder / name);
    return text.substr(text.find("salt="));
  };
  EXPECT_NE(lines_from("one").substr(0, 29), lines_from("two").substr(0, 29));
}

TEST(KeyFile, RefusesAWrongPassphrase) {
  for (auto each : key_file_cases()) {
    if (each.passphrase.empty()) continue;
    for (const std::string& wrong : {each.passphrase + " ", std::string("x"), each.passphrase + std::string(1, '\0')}) {
      each.passphrase = wrong;
      EXPECT_FAILS(load_as(each, each.text), ErrorKind::forged) << each.name;
    }
    each.passphrase.clear();
    EXPECT_FAILS(load_as(each, each.text), ErrorKind::invalid_argument) << each.name;
  }
}

TEST(KeyFile, SaysWhetherItNeedsAPassphrase) {
  const TempFolder folder;
  const Identity identity = Identity::generate("owner");
  const Signer signer = Signer::generate("producer");
  for (const std::string_view passphrase : {"", "a passphrase"}) {
    const std::string ending = passphrase.empty() ? "open" : "sealed";
    ASSERT_OK(identity.save(folder / ("identity." + ending), cheap(passphrase)));
    ASSERT_OK(signer.save(folder / ("signer." + ending), cheap(passphrase)));
    const auto of_identity = Identity::needs_passphrase(folder / ("identity." + ending));
    const auto of_signer = Signer::needs_passphrase(folder / ("signer." + ending));
    ASSERT_OK(of_identity);
    ASSERT_OK(of_signer);
    EXPECT_EQ(*of_identity, !passphrase.empty());
    EXPECT_EQ(*of_signer, !passphrase.empty());
  }
  EXPECT_FAILS(Identity::needs_passphrase(folder / "signer.open"), ErrorKind::malformed);
  EXPECT_FAILS(Signer::needs_passphrase(folder / "missing"), ErrorKind::io);
}

TEST(KeyFile, WithoutAPassphraseIsReadWhicheverIsGiven) {
  for (auto each : key_file_cases()) {
    if (!each.is_private() || !each.passphrase.empty()) continue;
    each.passphrase = "not needed";
    EXPECT_OK(load_as(each, each.text));
  }
}

TEST(KeyFile, IsNotWrittenUnderANameThatIsNone) {
  const TempFolder folder;
  for (const std::string& name : {std::string(), std::string(65, 'a'), std::string("a\nkind: b"), std::string("\xC3"),
                                  std::string("a\x7F"), std::string("\0", 1)}) {
    EXPECT_FAILS(Identity::generate(name).save(folder / "key"), ErrorKind::invalid_argument);
    EXPECT_FAILS(Signer::generate(name).save(folder / "key"), ErrorKind::invalid_argument);
    EXPECT_FAILS(Recipient::parse(Identity::generate(name).recipient().to_text(), "text"), ErrorKind::malformed);
    EXPECT_FAILS(Verifier::parse(Signer::generate(name).public_text(), "text"), ErrorKind::malformed);
  }
  EXPECT_TRUE(folder.names().empty());
  EXPECT_OK(Identity::generate(std::string(64, 'a')).save(folder / "key"));
}

TEST(KeyFile, IsNotWrittenWithArgon2OutsideTheLimits) {
  const TempFolder folder;
  for (const Protection& protection :
       {Protection{"p", 2097153, 3, 4}, Protection{"p", 64, 17, 4}, Protection{"p", 64, 0, 4},
        Protection{"p", 31, 3, 4}, Protection{"p", 64, 3, 0}, Protection{"p", 1024, 3, 65}}) {
    EXPECT_FAILS(Identity::generate("owner").save(folder / "key", protection), ErrorKind::invalid_argument);
    EXPECT_FAILS(Signer::generate("owner").save(folder / "key", protection), ErrorKind::invalid_argument);
  }
  EXPECT_TRUE(folder.names().empty());
}

}  // namespace
}  // namespace triclave
