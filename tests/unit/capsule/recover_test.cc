#include "capsule/recover.h"

#include "base/hash.h"
#include "capsule/share_tree.h"
#include "keys/hpke.h"
#include "session.h"

namespace triclave::capsule {
namespace {

using ::testing::HasSubstr;

class RecoverTest : public Session {};

TEST_F(RecoverTest, TheKeyIsTheOneThatWasMade) {
  const std::vector<Names> enough = {
      {"outscale", "ovh"}, {"outscale", "orange"}, {"ovh", "orange"}, {"outscale", "ovh", "orange"}};
  for (const Names& names : enough) {
    EXPECT_TRUE(is_key_of(open(fresh.record, names, "clinical"), "clinical"));
    EXPECT_FALSE(is_key_of(open(fresh.record, names, "clinical"), "identifiers"));
    auto with_owner = names;
    with_owner.push_back("owner");
    EXPECT_TRUE(is_key_of(open(fresh.record, with_owner, "identifiers"), "identifiers"));
  }
}

TEST_F(RecoverTest, TooFewAreQuorumShort) {
  const std::vector<Names> too_few = {{}, {"owner"}, {"owner", "ovh"}, {"outscale", "ovh", "orange"}};
  for (const Names& names : too_few) {
    const auto refused = open(fresh.record, names, "identifiers");
    EXPECT_FAILS(refused, ErrorKind::quorum_short);
    EXPECT_THAT(refused.error().message, HasSubstr("all(hospital, 2 of (outscale, ovh, orange))"));
  }
}

TEST_F(RecoverTest, ASecretThatTheCoreDoesNotKnowIsForged) {  // CAP-04
  const Bytes record = testing::edit_core_and_follow(
      fresh.record, [](v1::Core& core) { core.mutable_compartments(1)->mutable_check()->at(7) ^= 1; }, producer());
  // The masks hang on the capsule's id, so a changed core makes liars of all; with shares at hand, the check speaks.
  EXPECT_FAILS(open(record, {"ovh", "orange"}, "clinical"), ErrorKind::quorum_short);
  const Capsule honest = parsed();
  const Capsule changed = parse_capsule(record).value();
  const auto gathered = ask(honest, world.providers({"ovh", "orange"}), {"clinical"});
  const auto refused = recover(changed, *changed.current("clinical").compartment, gathered.compartments[0].known());
  EXPECT_FAILS(refused, ErrorKind::forged);
  ASSERT_EQ(refused.error().culprits.size(), 1u);
  EXPECT_THAT(refused.error().culprits[0].who, HasSubstr("producer"));
}

TEST_F(RecoverTest, SharesThatContradictOneAnotherAreTheProducersForgery) {  // SPL-02
  const Capsule capsule = parsed();
  auto gathered = ask(capsule, world.providers({"outscale", "ovh", "orange"}), {"clinical"});
  *gathered.compartments[0].shares[2] = keys::random_scalar();
  const auto refused = recover(capsule, *gathered.compartments[0].compartment, gathered.compartments[0].known());
  EXPECT_FAILS(refused, ErrorKind::forged);
  EXPECT_THAT(refused.error().message, HasSubstr("contradict"));
}

// A producer who knows every mask deals shares that no honest split gives: rightly committed to, and signed.
class CheatingProducer : public Session {
 protected:
  // The record with the share of leaf `index` of clinical replaced.
  Bytes deal(int index, ByteView share) const {
    const Capsule capsule = parsed();
    const WrapCompartment& clinical = *capsule.current("clinical").compartment;
    const auto& place = clinical.places[static_cast<std::size_t>(index)];
    Bytes masks(kMaskSize);
    const MaskRequest request{capsule.id, 0,
                              Kem::xwing, capsule.wraps[0].wrap.find(place.key_id)->enc,
                              "cohort",   {{"clinical", place.path, clinical.policy_bytes}}};
    EXPECT_OK(world.provider(policy.recipient_name(place.key_id))->masks(request, {}, masks));
    const Id commitment =
        share_commitment({capsule.id, 0, "cohort", "clinical", place.path}, ByteView(masks).subspan(32), share);
    return testing::edit_wrap(
        fresh.record,
        [&](v1::Wrap& wrap) {
          auto& leaf = *wrap.mutable_compartments(1)->mutable_leaves(index);
          for (std::size_t i = 0; i < 32; ++i)
            leaf.mutable_masked_share()->at(i) = static_cast<char>(share[i] ^ masks[i]);
          leaf.set_commitment({commitment.begin(), commitment.end()});
        },
        &producer());
  }
};

TEST_F(CheatingProducer, AShareOffThePolynomialIsFoundByWhoeverHasMoreThanEnough) {
  const Bytes record = deal(1, keys::random_scalar().view());
  EXPECT_FAILS(open(record, {"outscale", "ovh", "orange"}, "clinical"), ErrorKind::forged);
  EXPECT_FAILS(open(record, {"outscale", "ovh"}, "clinical"), ErrorKind::forged);  // by the core's check
  EXPECT_TRUE(is_key_of(open(record, {"outscale", "orange"}, "clinical"), "clinical"));
}

// It fits its commitment, so nobody but the producer can have made it.
TEST_F(CheatingProducer, AShareThatIsNoScalarIsForged) {  // ENC-05
  const Bytes zero(32, 0);
  const Bytes order = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
                       0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};
  const Bytes most(32, 0xff);
  for (const Bytes& share : {zero, order, most}) {
    const Bytes record = deal(1, share);
    const auto refused = open(record, {"outscale", "ovh", "orange"}, "clinical");
    EXPECT_FAILS(refused, ErrorKind::forged);
    EXPECT_THAT(refused.error().message, HasSubstr("scalar"));
    EXPECT_TRUE(is_key_of(open(record, {"outscale", "orange"}, "clinical"), "clinical"));
  }
}

}  // namespace
}  // namespace triclave::capsule
