#include "capsule/gather.h"

#include <barrier>

#include "capsule/share_tree.h"
#include "session.h"

namespace triclave::capsule {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class GatherTest : public Session {
 protected:
  GatherTest() : capsule(parsed()) {}
  template <class... P>
  static Owned owned(P... providers) {
    Owned out;
    (out.push_back(std::move(providers)), ...);
    return out;
  }
  bool opens(const Gathered& gathered, std::size_t index = 0) const {
    const auto& shares = gathered.compartments[index];
    return recover(capsule, *shares.compartment, shares.known()).has_value();
  }
  Capsule capsule;
  // Times that no test lives to see.
  static inline const GatherOptions kNeverMind{std::chrono::hours(24), std::chrono::hours(24), false};
};

TEST_F(GatherTest, SharesOfAllWhoAnsweredAreThere) {
  const auto gathered = ask(capsule, world.providers({"owner", "outscale", "ovh"}), {"identifiers", "clinical"});
  EXPECT_THAT(gathered.report.used, UnorderedElementsAre("owner", "outscale", "ovh"));
  ASSERT_EQ(gathered.compartments.size(), 2u);
  const auto identifiers = gathered.compartments[0].known();
  EXPECT_NE(identifiers[0], nullptr);
  EXPECT_NE(identifiers[1], nullptr);
  EXPECT_NE(identifiers[2], nullptr);
  EXPECT_EQ(identifiers[3], nullptr);
  EXPECT_TRUE(opens(gathered, 0));
  EXPECT_TRUE(opens(gathered, 1));
}

TEST_F(GatherTest, WhoIsNotAtHandIsNamed) {
  const auto gathered = ask(capsule, world.providers({"outscale"}), {"clinical"});
  EXPECT_THAT(names_of(gathered.report.failed), ElementsAre("orange", "ovh"));
  for (const Culprit& each : gathered.report.failed) {
    EXPECT_EQ(each.kind, ErrorKind::custodian_unavailable);
    EXPECT_THAT(each.why, HasSubstr("not asked"));
  }
  EXPECT_FALSE(opens(gathered));
}

TEST_F(GatherTest, OnlyThoseWhoStandInTheCompartmentAreAsked) {
  std::atomic<int> owner_calls = 0;
  std::atomic<int> stranger_calls = 0;
  const auto gathered = ask(capsule,
                            owned(testing::counting(world.provider("owner"), owner_calls),
                                  testing::counting(world.provider("ovh-2"), stranger_calls), world.provider("ovh"),
                                  world.provider("orange")),
                            {"clinical"});
  EXPECT_EQ(owner_calls, 0);
  EXPECT_EQ(stranger_calls, 0);
  EXPECT_TRUE(opens(gathered));
}

TEST_F(GatherTest, OneRequestCarriesAllItemsOfARecipientAndNothingElse) {
  std::vector<MaskRequest> requests;
  ask(capsule, owned(testing::recording(world.provider("ovh"), requests)), {"identifiers", "clinical"});
  ASSERT_EQ(requests.size(), 1u);
  const MaskRequest& request = requests[0];
  const WrapRecipient& entry = *capsule.wraps[0].wrap.find(world.key_id("ovh"));
  EXPECT_EQ(request.capsule_id, fresh.id);
  EXPECT_EQ(request.generation, 0u);
  EXPECT_EQ(request.enc, entry.enc);
  EXPECT_EQ(request.dataset, "cohort");
  ASSERT_EQ(request.items.size(), 2u);
  EXPECT_EQ(request.items[0].compartment, "identifiers");
  EXPECT_EQ(request.items[0].path, (Bytes{2, 2}));
  EXPECT_EQ(request.items[1].compartment, "clinical");
  EXPECT_EQ(request.items[1].path, Bytes{2});
  EXPECT_EQ(request.items[1].policy, policy.compartment_policy("clinical").value());
}

// Each provider waits until both are being asked: they would wait for ever if one were asked after the other.
TEST_F(GatherTest, ProvidersAreAskedAtOnce) {
  std::barrier both(2);
  const auto meeting = [&](const std::string& name) {
    return testing::scripted(world.provider(name), [&](MaskProvider& honest, const MaskRequest& request,
                                                       std::stop_token stop, MutableBytes out) {
      both.arrive_and_wait();
      return honest.masks(request, stop, out);
    });
  };
  EXPECT_TRUE(opens(ask(capsule, owned(meeting("ovh"), meeting("orange")), {"clinical"})));
}

TEST_F(GatherTest, TheSlowAreCutOffOnceThePolicyIsMet) {
  std::atomic<bool> stopped = false;
  GatherOptions options = kNeverMind;
  options.ask_everyone = true;
  const auto gathered =
      ask(capsule,
          owned(testing::slow(world.provider("outscale"), stopped), world.provider("ovh"), world.provider("orange")),
          {"clinical"}, Until::policy_is_met, options);
  EXPECT_TRUE(stopped);
  EXPECT_TRUE(opens(gathered));
  EXPECT_THAT(gathered.report.used, UnorderedElementsAre("ovh", "orange"));
  EXPECT_THAT(gathered.report.failed, IsEmpty());  // it did nothing wrong
}

TEST_F(GatherTest, EveryLiarIsNamedAndTheOthersSuffice) {
  for (const std::size_t byte : {0u, 31u, 32u, 63u}) {  // mask, then rho
    const auto gathered =
        ask(capsule,
            owned(testing::lying(world.provider("outscale"), 0, byte), world.provider("ovh"), world.provider("orange")),
            {"clinical"});
    EXPECT_THAT(names_of(gathered.report.failed), ElementsAre("outscale"));
    EXPECT_EQ(gathered.report.failed[0].kind, ErrorKind::forged);
    EXPECT_THAT(gathered.report.failed[0].why, HasSubstr("producer"));
    EXPECT_TRUE(opens(gathered));
  }
}

TEST_F(GatherTest, OneLieCostsTheWholeAnswer) {
  const auto gathered = ask(capsule, owned(testing::lying(world.provider("ovh"), 1), world.provider("outscale")),
                            {"identifiers", "clinical"});
  EXPECT_EQ(gathered.compartments[0].known()[2], nullptr);  // told the truth about this one
  EXPECT_EQ(gathered.compartments[1].known()[1], nullptr);
  EXPECT_THAT(gathered.report.used, ElementsAre("outscale"));
}

TEST_F(GatherTest, WhoWritesNothingIsALiar) {
  const auto gathered = ask(capsule, owned(testing::silent(world.provider("ovh"))), {"clinical"});
  EXPECT_THAT(gathered.report.used, IsEmpty());
  EXPECT_THAT(names_of(gathered.report.failed), ElementsAre("orange", "outscale", "ovh"));
}

TEST_F(GatherTest, TheDeadAreNamedWithTheirReason) {
  const auto gathered =
      ask(capsule, owned(testing::dead(world.provider("ovh"), ErrorKind::permit_refused), world.provider("orange")),
          {"clinical"});
  EXPECT_THAT(names_of(gathered.report.failed), ElementsAre("outscale", "ovh"));
  for (const Culprit& each : gathered.report.failed)
    if (each.who == "ovh") {
      EXPECT_EQ(each.kind, ErrorKind::permit_refused);
      EXPECT_EQ(each.why, "connection refused");
    }
}

TEST_F(GatherTest, OfTwoProvidersOfOneKeyTheHonestOneCounts) {
  for (const bool liar_first : {true, false}) {
    Owned providers = owned(world.provider("ovh"), world.provider("outscale"));
    providers.insert(liar_first ? providers.begin() : providers.end(), testing::lying(world.provider("ovh")));
    const auto gathered = ask(capsule, providers, {"clinical"});
    EXPECT_TRUE(opens(gathered));
    EXPECT_THAT(names_of(gathered.report.failed), ElementsAre("orange", "ovh"));
  }
}

// One honest share twice is still one.
TEST_F(GatherTest, ADuplicateAddsNothing) {
  const auto gathered = ask(capsule, owned(world.provider("ovh"), world.provider("ovh")), {"clinical"});
  EXPECT_FALSE(opens(gathered));
  EXPECT_FALSE(is_satisfied(gathered.compartments[0].known(), gathered.compartments[0].compartment->policy.tree));
}

TEST_F(GatherTest, AReplayedAnswerIsALie) {
  const NewCapsule other = create(policy, producer());
  const Capsule second = parse_capsule(other.record).value();
  Owned providers = owned(testing::replaying(world.provider("ovh")));
  EXPECT_THAT(ask(capsule, providers, {"clinical"}).report.used, ElementsAre("ovh"));
  const auto again = ask(second, providers, {"clinical"});
  EXPECT_THAT(again.report.used, IsEmpty());
}

TEST_F(GatherTest, NobodyAtHandEndsAtOnce) {
  const auto gathered = ask(capsule, {}, {"identifiers"}, Until::policy_is_met);
  EXPECT_THAT(names_of(gathered.report.failed), ElementsAre("orange", "outscale", "ovh", "owner"));
}

}  // namespace
}  // namespace triclave::capsule
