#include "session.h"
#include "triclave/capsule.h"

namespace triclave::capsule {
namespace {

class InspectTest : public Session {};

TEST_F(InspectTest, SaysWhatIsPublic) {
  const auto info = inspect_capsule(fresh.record);
  ASSERT_OK(info);
  EXPECT_EQ(info->id, fresh.id);
  EXPECT_EQ(info->dataset, "cohort");
  EXPECT_EQ(info->producer, producer().verifier().id());
  EXPECT_EQ(info->owner, owner().verifier().id());
  ASSERT_EQ(info->compartments.size(), 2u);
  EXPECT_EQ(info->compartments[0].name, "identifiers");
  EXPECT_EQ(info->compartments[0].generation, 0u);
  EXPECT_EQ(info->compartments[0].tree, "all(hospital, 2 of (outscale, ovh, orange))");
  EXPECT_EQ(info->compartments[0].expires, 0u);
  EXPECT_EQ(info->compartments[1].tree, "2 of (outscale, ovh, orange)");
  EXPECT_EQ(info->compartments[1].recipients,
            (std::vector<Id>{world.key_id("outscale"), world.key_id("ovh"), world.key_id("orange")}));
}

TEST_F(InspectTest, ExpiryIsTheFirstSecondAfterTheDay) {
  testing::Access access;
  access.more = "expires: \"2100-01-01\"\n";
  const Policy dated = world.policy(access);
  const auto info = inspect_capsule(create(dated, producer()).record);
  ASSERT_OK(info);
  EXPECT_EQ(info->compartments[0].expires, 4102531200u);  // 2100-01-02T00:00:00Z
}

// Inspecting believes nobody, verifying asks for every signature.
TEST_F(InspectTest, OnlyVerifyingChecksSignatures) {
  const Bytes unsigned_record = testing::edit_wrap(
      fresh.record, [](v1::Wrap& wrap) { wrap.mutable_recipients(0)->mutable_enc()->at(5) ^= 1; }, nullptr);
  EXPECT_OK(inspect_capsule(unsigned_record));
  EXPECT_FAILS(verify_capsule(unsigned_record, policy), ErrorKind::forged);
  EXPECT_OK(verify_capsule(fresh.record, policy));
  EXPECT_FAILS(inspect_capsule(as_bytes("triclave")), ErrorKind::malformed);
  EXPECT_FAILS(verify_capsule(as_bytes("triclave"), policy), ErrorKind::malformed);
}

TEST_F(InspectTest, AnotherWorldsPolicyDoesNotTrustTheProducer) {
  const testing::World other;
  EXPECT_FAILS(verify_capsule(fresh.record, other.policy()), ErrorKind::forged);
}

}  // namespace
}  // namespace triclave::capsule
