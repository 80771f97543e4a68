#include "capsule/create.h"

#include <fmt/format.h>

#include <filesystem>
#include <set>

#include "session.h"

namespace triclave::capsule {
namespace {

using ::testing::HasSubstr;

class CreateTest : public Session {
 protected:
  Result<NewCapsule> make(const Policy& under, const Signer& by, const Names& compartments) const {
    return create_capsule(under, by, compartments);
  }
};

// The policy was read from public key files, and the signer signs: no private half of a recipient is anywhere near.
TEST_F(CreateTest, NeedsPublicDataAlone) {
  const auto made = make(policy, producer(), {"clinical"});
  ASSERT_OK(made);
  EXPECT_OK(verify_capsule(made->record, policy));
  ASSERT_EQ(made->keys.size(), 1u);
  EXPECT_EQ(made->keys[0].name, "clinical");
}

TEST_F(CreateTest, EveryCapsuleIsFresh) {
  const NewCapsule other = create(policy, producer());
  EXPECT_NE(other.id, fresh.id);
  EXPECT_NE(testing::core_of(other.record).salt(), testing::core_of(fresh.record).salt());
  EXPECT_FALSE(equal_constant_time(other.keys[0].key.view(), fresh.keys[0].key.view()));
  EXPECT_FALSE(equal_constant_time(fresh.keys[0].key.view(), fresh.keys[1].key.view()));
}

TEST_F(CreateTest, EachRecipientOfEachWrapHasItsOwnSetUp) {  // CAP-10
  std::set<std::string> seen;
  for (const Bytes& record : {fresh.record, create(policy, producer()).record}) {
    const v1::Wrap wrap = testing::wrap_of(record);
    for (const auto& recipient : wrap.recipients()) seen.insert(recipient.enc());
  }
  EXPECT_EQ(seen.size(), 8u);
}

TEST_F(CreateTest, NoMaskServesTwice) {
  std::set<std::string> shares;
  const v1::Wrap wrap = testing::wrap_of(fresh.record);
  for (const auto& compartment : wrap.compartments())
    for (const auto& leaf : compartment.leaves()) {
      shares.insert(leaf.masked_share());
      shares.insert(leaf.commitment());
    }
  EXPECT_EQ(shares.size(), 2u * (4 + 3));
}

TEST_F(CreateTest, ABrokenRuleIsRefused) {  // POL-04
  testing::Access access;
  access.more = "rules { deny_coalition: \"FR\" }\n";
  const Policy denied = world.policy(access);
  const auto refused = make(denied, producer(), {"clinical"});
  EXPECT_FAILS(refused, ErrorKind::policy_refused);
  EXPECT_THAT(refused.error().message, HasSubstr("FR"));
}

TEST_F(CreateTest, AnExpiredPolicyIsRefused) {  // POL-04
  testing::Access access;
  access.more = "expires: \"2020-02-29\"\n";
  EXPECT_FAILS(make(world.policy(access), producer(), {"clinical"}), ErrorKind::policy_refused);
}

TEST_F(CreateTest, AnUnknownCompartmentIsRefused) {
  EXPECT_FAILS(make(policy, producer(), {"clinical", "genomic"}), ErrorKind::invalid_argument);
  EXPECT_FAILS(make(policy, producer(), {"clinical", "clinical"}), ErrorKind::invalid_argument);
}

TEST_F(CreateTest, AProducerWhomNobodyWouldTrustIsRefused) {
  const auto refused = make(policy, world.signer("stranger"), {"clinical"});
  EXPECT_FAILS(refused, ErrorKind::invalid_argument);
  EXPECT_THAT(refused.error().message, HasSubstr("stranger"));
  EXPECT_FAILS(make(policy, owner(), {"clinical"}), ErrorKind::invalid_argument);
}

TEST_F(CreateTest, AMissingKeyFileIsNamed) {
  std::filesystem::remove(world.folder() / "orange.pub");
  const auto refused = make(world.policy(), producer(), {"clinical"});
  EXPECT_FAILS(refused, ErrorKind::invalid_argument);
  EXPECT_THAT(refused.error().message, HasSubstr("orange"));
  EXPECT_OK(make(world.policy({"all(owner, ovh)", "all(outscale, ovh)", ""}), producer(), {"clinical"}));
}

TEST_F(CreateTest, AMissingOwnerIsNamed) {
  std::filesystem::remove(world.folder() / "hospital.pub");
  const auto refused = make(world.policy(), producer(), {"clinical"});
  EXPECT_FAILS(refused, ErrorKind::invalid_argument);
  EXPECT_THAT(refused.error().message, HasSubstr("owner"));
}

// What a sealer makes, a reader must accept: 64 compartments are the most.
TEST_F(CreateTest, MoreCompartmentsThanTheFormatAllowsAreRefused) {
  testing::Access access;
  Names names;
  for (int i = 0; i < 65; ++i) {
    names.push_back(fmt::format("c{:02}", i));
    access.more += fmt::format("compartments {{ name: \"c{:02}\" access: \"ovh\" }}\n", i);
  }
  const auto parsed = Policy::parse(world.policy_text(access), "many.policy", world.folder().path());
  if (!parsed) {
    EXPECT_FAILS(parsed, ErrorKind::malformed);
    return;
  }
  EXPECT_FAILS(make(*parsed, producer(), names), ErrorKind::invalid_argument);
  names.pop_back();
  const auto most = make(*parsed, producer(), names);
  ASSERT_OK(most);
  EXPECT_OK(verify_capsule(most->record, *parsed));
}

}  // namespace
}  // namespace triclave::capsule
