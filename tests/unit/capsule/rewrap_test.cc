#include "capsule/rewrap.h"

#include <filesystem>
#include <set>

#include "session.h"

namespace triclave::capsule {
namespace {

using ::testing::HasSubstr;

const testing::Access kFresh = {"all(owner, 2 of (outscale-2, ovh-2, orange-2))", "2 of (outscale-2, ovh-2, orange-2)",
                                ""};
const Names kNewCustodians = {"outscale-2", "ovh-2", "orange-2"};

class RewrapTest : public Session {
 protected:
  // Opens with everybody of the first and second generation and wraps for `to`.
  Result<Bytes> rewrap_to(ByteView record, const Policy& to, const Names& compartments) const {
    return rewrap_by(record, to, compartments, owner());
  }
  Result<Bytes> rewrap_by(ByteView record, const Policy& to, const Names& compartments, const Signer& signer) const {
    const Capsule capsule = parse_capsule(record).value();
    std::vector<CompartmentSecret> secrets;
    for (const std::string& name : compartments) {
      auto opened = open(record, {"owner", "outscale", "ovh", "outscale-2", "ovh-2"}, name);
      EXPECT_OK(opened);
      secrets.push_back({name, std::move(opened->secret)});
    }
    return rewrap(capsule, secrets, to, signer);
  }
  std::vector<std::uint32_t> generations(ByteView record) const {
    std::vector<std::uint32_t> out;
    const Capsule capsule = parse_capsule(record).value();
    for (const auto& each : capsule.wraps) out.push_back(each.wrap.generation);
    return out;
  }
  const Names both = {"identifiers", "clinical"};
};

TEST_F(RewrapTest, NewCustodiansOpenAndFormerOnesDoNot) {
  const Policy to = world.policy(kFresh);
  const auto record = rewrap_to(fresh.record, to, both);
  ASSERT_OK(record);
  EXPECT_OK(verify_capsule(*record, to));
  EXPECT_OK(verify_capsule(*record, policy));  // readers with the old policy file go on reading
  EXPECT_TRUE(is_key_of(open(*record, kNewCustodians, "clinical"), "clinical"));
  EXPECT_TRUE(is_key_of(open(*record, {"owner", "ovh-2", "orange-2"}, "identifiers"), "identifiers"));
  EXPECT_FAILS(open(*record, {"outscale", "ovh", "orange", "owner"}, "clinical"), ErrorKind::quorum_short);
  EXPECT_FAILS(open(*record, kNewCustodians, "identifiers"), ErrorKind::quorum_short);
}

TEST_F(RewrapTest, TheCoreStaysAndTheGenerationRises) {
  const auto record = rewrap_to(fresh.record, world.policy(kFresh), both);
  ASSERT_OK(record);
  EXPECT_EQ(testing::unpack(*record).core(), testing::unpack(fresh.record).core());
  EXPECT_EQ(testing::unpack(*record).core_signature(), testing::unpack(fresh.record).core_signature());
  EXPECT_EQ(testing::id_of(*record), fresh.id);
  EXPECT_EQ(generations(*record), std::vector<std::uint32_t>{1});
}

TEST_F(RewrapTest, FormerKeysAreListedButTheOwners) {  // CAP-13
  const auto record = rewrap_to(fresh.record, world.policy(kFresh), both);
  ASSERT_OK(record);
  std::set<Id> expected = {world.key_id("outscale"), world.key_id("ovh"), world.key_id("orange")};
  const std::vector<Id> former = parse_capsule(*record)->wraps[0].wrap.former;
  EXPECT_EQ(std::set<Id>(former.begin(), former.end()), expected);
}

TEST_F(RewrapTest, SpentKeysAreRefused) {  // CAP-13
  const auto refused = rewrap_to(fresh.record, policy, {"clinical"});
  EXPECT_FAILS(refused, ErrorKind::invalid_argument);
  EXPECT_THAT(refused.error().message, HasSubstr("fresh key"));
  // Two generations later they are spent still, though no wrap that used them is left.
  const auto second = rewrap_to(fresh.record, world.policy(kFresh), both);
  ASSERT_OK(second);
  EXPECT_FAILS(rewrap_to(*second, policy, {"clinical"}), ErrorKind::invalid_argument);
  EXPECT_FAILS(rewrap_to(*second, world.policy(kFresh), {"clinical"}), ErrorKind::invalid_argument);
}

TEST_F(RewrapTest, OneCompartmentAfterTheOther) {
  const Policy second_policy = world.policy(kFresh);
  const auto second = rewrap_to(fresh.record, second_policy, {"identifiers"});
  ASSERT_OK(second);
  EXPECT_EQ(generations(*second), (std::vector<std::uint32_t>{0, 1}));
  EXPECT_OK(verify_capsule(*second, policy));
  EXPECT_TRUE(is_key_of(open(*second, {"outscale", "ovh"}, "clinical"), "clinical"));
  EXPECT_TRUE(is_key_of(open(*second, {"owner", "outscale-2", "ovh-2"}, "identifiers"), "identifiers"));
  EXPECT_FAILS(open(*second, {"owner", "outscale", "ovh"}, "identifiers"), ErrorKind::quorum_short);

  const Policy third_policy = world.policy({kFresh.identifiers, "2 of (outscale-3, ovh-3, orange-3)", ""});
  const auto third = rewrap_to(*second, third_policy, {"clinical"});
  ASSERT_OK(third);
  EXPECT_EQ(generations(*third), (std::vector<std::uint32_t>{1, 2}));
  EXPECT_OK(verify_capsule(*third, policy));
  EXPECT_TRUE(is_key_of(open(*third, {"ovh-3", "orange-3"}, "clinical"), "clinical"));
  EXPECT_TRUE(is_key_of(open(*third, {"owner", "outscale-2", "ovh-2"}, "identifiers"), "identifiers"));
  EXPECT_FAILS(open(*third, {"outscale", "ovh", "outscale-2", "ovh-2"}, "clinical"), ErrorKind::quorum_short);
}

TEST_F(RewrapTest, AWrapThatIsCurrentForNothingIsLeftOut) {
  const auto second = rewrap_to(fresh.record, world.policy(kFresh), {"identifiers"});
  ASSERT_OK(second);
  const Policy third_policy = world.policy({"all(owner, ovh-3)", "all(outscale-3, orange-3)", ""});
  const auto third = rewrap_to(*second, third_policy, both);
  ASSERT_OK(third);
  EXPECT_EQ(generations(*third), std::vector<std::uint32_t>{2});
  EXPECT_EQ(parse_capsule(*third)->wraps[0].wrap.former.size(), 6u);
}

TEST_F(RewrapTest, OnlyTheOwnerMay) {
  const Policy to = world.policy(kFresh);
  EXPECT_FAILS(rewrap_by(fresh.record, to, both, producer()), ErrorKind::invalid_argument);
  EXPECT_FAILS(rewrap_by(fresh.record, to, both, world.signer("stranger")), ErrorKind::invalid_argument);
}

TEST_F(RewrapTest, ThePolicyIsJudgedAgain) {  // POL-04
  testing::Access access = kFresh;
  access.more = "rules { deny_coalition: \"FR\" }\n";
  EXPECT_FAILS(rewrap_to(fresh.record, world.policy(access), both), ErrorKind::policy_refused);
}

TEST_F(RewrapTest, APolicyOfAnotherDatasetIsRefused) {
  const testing::World other("registry");
  EXPECT_FAILS(rewrap_to(fresh.record, other.policy(kFresh), both), ErrorKind::invalid_argument);
}

TEST_F(RewrapTest, AMissingKeyFileIsNamed) {
  std::filesystem::remove(world.folder() / "ovh-2.pub");
  const auto refused = rewrap_to(fresh.record, world.policy(kFresh), both);
  EXPECT_FAILS(refused, ErrorKind::invalid_argument);
  EXPECT_THAT(refused.error().message, HasSubstr("ovh-2"));
}

TEST_F(RewrapTest, GenerationsEnd) {
  const Bytes last = testing::edit_wrap(
      fresh.record, [](v1::Wrap& wrap) { wrap.set_generation(0xFFFFFFFF); }, &owner());
  const Capsule capsule = parse_capsule(last).value();
  EXPECT_FAILS(rewrap(capsule, {}, world.policy(kFresh), owner()), ErrorKind::unsupported);
}

}  // namespace
}  // namespace triclave::capsule
