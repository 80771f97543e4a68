#include "support/result.h"
#include "triclave/keys.h"
#include "unit/keys/vectors.h"

namespace triclave {
namespace {

TEST(Recipient, HasTheIdOfItsKey) {
  const auto read = Recipient::load(testing::key_vector("recipient-public.key"));
  ASSERT_OK(read);
  EXPECT_EQ(to_hex(read->id()), testing::known_keys().at("recipient_id"));
  EXPECT_EQ(read->name(), "Hôpital de test");
  const auto made = Recipient::from_public_key(Kem::xwing, read->public_key(), "another name");
  ASSERT_OK(made);
  EXPECT_EQ(made->id(), read->id());
  EXPECT_EQ(made->name(), "another name");
}

TEST(Recipient, RefusesAnUnknownKem) {
  const Identity identity = Identity::generate("somebody");
  EXPECT_FAILS(Recipient::from_public_key(Kem{0x0011}, identity.recipient().public_key(), "hsm"),
               ErrorKind::unsupported);
  EXPECT_FAILS(Recipient::from_public_key(Kem{0}, identity.recipient().public_key(), "none"), ErrorKind::unsupported);
}

TEST(Recipient, RefusesAKeyThatIsNone) {
  EXPECT_FAILS(Recipient::from_public_key(Kem::xwing, {}, "empty"), ErrorKind::malformed);
  EXPECT_FAILS(Recipient::from_public_key(Kem::xwing, Bytes(1216, 0xFF), "above the modulus"), ErrorKind::malformed);
}

TEST(Recipient, IsNewForEachGeneratedIdentity) {
  EXPECT_NE(Identity::generate("one").recipient().id(), Identity::generate("one").recipient().id());
}

TEST(Recipient, SurvivesMovesOfItsIdentity) {
  Identity first = Identity::generate("first");
  const Id id = first.recipient().id();
  Identity second = std::move(first);
  EXPECT_EQ(second.recipient().id(), id);
  second = Identity::generate("second");
  EXPECT_NE(second.recipient().id(), id);
}

}  // namespace
}  // namespace triclave
