// Whom gathering asks, and when: providers are driven by what is asked of them, never by sleeping.
#include <latch>

#include "session.h"

namespace triclave::capsule {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

// Clinical opens by 2 of (outscale, ovh, orange), identifiers by the owner with 2 of them.
class HedgingTest : public Session {
 protected:
  HedgingTest() : capsule(parsed()) {}

  std::unique_ptr<MaskProvider> remote(const std::string& name) {
    return testing::counting(world.provider(name), calls[name]);
  }
  template <class... P>
  static Owned owned(P... providers) {
    Owned out;
    (out.push_back(std::move(providers)), ...);
    return out;
  }
  Gathered fetch(const Owned& providers, const Names& compartments, const GatherOptions& options = kNeverMind) const {
    return ask(capsule, providers, compartments, Until::policy_is_met, options);
  }
  bool opens(const Gathered& gathered, std::size_t index = 0) const {
    const auto& shares = gathered.compartments[index];
    return recover(capsule, *shares.compartment, shares.known()).has_value();
  }

  // Times that no test lives to see, and such as have passed at once.
  static inline const GatherOptions kNeverMind{std::chrono::hours(24), std::chrono::hours(24), false};
  static inline const GatherOptions kImpatient{std::chrono::milliseconds(0), std::chrono::hours(24), false};

  Capsule capsule;
  std::map<std::string, std::atomic<int>> calls;
};

TEST_F(HedgingTest, NoMoreAreAskedThanThePolicyNeeds) {
  const auto gathered = fetch(owned(remote("orange"), remote("ovh"), remote("outscale")), {"clinical"});
  EXPECT_TRUE(opens(gathered));
  EXPECT_THAT(gathered.report.used, UnorderedElementsAre("orange", "ovh"));  // the first of those given
  EXPECT_EQ(calls["outscale"], 0);
  EXPECT_THAT(gathered.report.failed, IsEmpty());  // who was not needed did not fail
}

TEST_F(HedgingTest, OneRoundServesAllCompartments) {
  const auto gathered =
      fetch(owned(remote("owner"), remote("ovh"), remote("outscale"), remote("orange")), {"identifiers", "clinical"});
  EXPECT_TRUE(opens(gathered, 0));
  EXPECT_TRUE(opens(gathered, 1));
  EXPECT_EQ(calls["owner"], 1);
  EXPECT_EQ(calls["ovh"], 1);
  EXPECT_EQ(calls["outscale"], 1);
  EXPECT_EQ(calls["orange"], 0);
}

TEST_F(HedgingTest, KeysAtHandComeFirstAndSaveReleases) {
  const auto gathered = fetch(owned(remote("outscale"), remote("orange"), world.provider("ovh")), {"clinical"});
  EXPECT_TRUE(opens(gathered));
  EXPECT_EQ(calls["outscale"], 1);
  EXPECT_EQ(calls["orange"], 0);
}

TEST_F(HedgingTest, AnotherTakesTheLiarsPlaceAtOnce) {
  const auto gathered =
      fetch(owned(testing::lying(world.provider("outscale")), remote("ovh"), remote("orange")), {"clinical"});
  EXPECT_TRUE(opens(gathered));
  EXPECT_THAT(gathered.report.used, UnorderedElementsAre("ovh", "orange"));
  EXPECT_THAT(names_of(gathered.report.failed), ElementsAre("outscale"));
  EXPECT_EQ(gathered.report.failed[0].kind, ErrorKind::forged);
}

TEST_F(HedgingTest, AnotherTakesThePlaceOfWhoCannotBeReached) {
  const auto gathered =
      fetch(owned(testing::dead(world.provider("outscale")), remote("ovh"), remote("orange")), {"clinical"});
  EXPECT_TRUE(opens(gathered));
  EXPECT_THAT(names_of(gathered.report.failed), ElementsAre("outscale"));
}

TEST_F(HedgingTest, WhoTarriesGetsCompanyAndTheFasterAnswersWin) {
  std::atomic<bool> stopped = false;
  const auto gathered =
      fetch(owned(testing::slow(world.provider("outscale"), stopped), remote("ovh"), remote("orange")), {"clinical"},
            kImpatient);
  EXPECT_TRUE(opens(gathered));
  EXPECT_TRUE(stopped);
  EXPECT_THAT(gathered.report.used, UnorderedElementsAre("ovh", "orange"));
  EXPECT_THAT(gathered.report.failed, IsEmpty());
}

// It answers only once the spare has been asked, and the spare never does.
TEST_F(HedgingTest, ALateAnswerCountsAsLongAsThePolicyIsNotMet) {
  std::latch spare_asked(1);
  std::atomic<bool> stopped = false;
  auto late = testing::scripted(world.provider("outscale"), [&](MaskProvider& honest, const MaskRequest& request,
                                                                std::stop_token stop, MutableBytes out) {
    spare_asked.wait();
    return honest.masks(request, stop, out);
  });
  auto spare =
      testing::scripted(testing::slow(world.provider("orange"), stopped),
                        [&](MaskProvider& slow, const MaskRequest& request, std::stop_token stop, MutableBytes out) {
                          spare_asked.count_down();
                          return slow.masks(request, stop, out);
                        });
  const auto gathered =
      fetch(owned(std::move(late), world.provider("ovh"), std::move(spare)), {"clinical"}, kImpatient);
  EXPECT_TRUE(opens(gathered));
  EXPECT_THAT(gathered.report.used, UnorderedElementsAre("outscale", "ovh"));
  EXPECT_TRUE(stopped);
}

TEST_F(HedgingTest, WhoNeverAnswersIsCutOffAndNamed) {
  std::atomic<bool> stopped = false;
  const GatherOptions short_deadline{std::chrono::hours(24), std::chrono::milliseconds(1), false};
  const auto gathered = fetch(owned(testing::slow(world.provider("outscale"), stopped), world.provider("ovh")),
                              {"clinical"}, short_deadline);
  EXPECT_TRUE(stopped);
  EXPECT_FALSE(opens(gathered));
  EXPECT_THAT(names_of(gathered.report.failed), ElementsAre("orange", "outscale"));
  for (const Culprit& each : gathered.report.failed)
    if (each.who == "outscale") {
      EXPECT_EQ(each.kind, ErrorKind::custodian_unavailable);
      EXPECT_THAT(each.why, HasSubstr("1 ms"));
    }
}

TEST_F(HedgingTest, WhoAsksMayGiveUp) {
  std::atomic<bool> stopped = false;
  int asked = 0;
  GatherOptions options = kNeverMind;
  options.go_on = [&] { return ++asked < 2; };
  const auto gathered =
      fetch(owned(testing::slow(world.provider("outscale"), stopped), world.provider("ovh")), {"clinical"}, options);
  EXPECT_EQ(asked, 2);
  EXPECT_TRUE(stopped);
  EXPECT_FALSE(opens(gathered));
  EXPECT_THAT(names_of(gathered.report.failed), ElementsAre("orange", "outscale"));
}

// An answer behind the deadline is not used, however honest.
TEST_F(HedgingTest, AnAnswerBehindTheDeadlineIsDropped) {
  std::atomic<bool> stopped = false;
  auto late = testing::scripted(world.provider("outscale"), [&](MaskProvider& honest, const MaskRequest& request,
                                                                std::stop_token stop, MutableBytes out) {
    static_cast<void>(testing::slow(world.provider("outscale"), stopped)->masks(request, stop, out));
    return honest.masks(request, stop, out);
  });
  const auto gathered = fetch(owned(std::move(late), world.provider("ovh")), {"clinical"},
                              {std::chrono::hours(24), std::chrono::milliseconds(1), false});
  EXPECT_FALSE(opens(gathered));
  EXPECT_THAT(gathered.report.used, ElementsAre("ovh"));
}

TEST_F(HedgingTest, NobodyIsAskedInVain) {
  const auto gathered = fetch(owned(remote("ovh")), {"clinical"});
  EXPECT_EQ(calls["ovh"], 0);
  EXPECT_THAT(names_of(gathered.report.failed), ElementsAre("orange", "outscale", "ovh"));
}

// The owner's key is missing: identifiers stay closed, and nobody is asked for them.
TEST_F(HedgingTest, WhatCannotBeOpenedIsNotAskedFor) {
  std::vector<MaskRequest> requests;
  const auto gathered = fetch(owned(testing::recording(world.provider("ovh"), requests), remote("outscale")),
                              {"identifiers", "clinical"});
  EXPECT_FALSE(opens(gathered, 0));
  EXPECT_TRUE(opens(gathered, 1));
  ASSERT_EQ(requests.size(), 1u);
  ASSERT_EQ(requests[0].items.size(), 1u);
  EXPECT_EQ(requests[0].items[0].compartment, "clinical");
}

TEST_F(HedgingTest, AllWhoAreAskedHearOfOneSession) {
  std::vector<MaskRequest> ovh, outscale;
  const Owned providers = owned(testing::recording(world.provider("ovh"), ovh), testing::dead(world.provider("orange")),
                                testing::recording(world.provider("outscale"), outscale));
  for (int round = 0; round < 2; ++round) EXPECT_TRUE(opens(fetch(providers, {"clinical"})));
  ASSERT_EQ(ovh.size(), 2u);
  ASSERT_EQ(outscale.size(), 2u);
  for (std::size_t round = 0; round < 2; ++round) EXPECT_EQ(ovh[round].session, outscale[round].session);
  EXPECT_NE(ovh[0].session, ovh[1].session);
}

class CoveringClinicalOnly final : public MaskProvider {
 public:
  CoveringClinicalOnly(std::unique_ptr<MaskProvider> inner, std::vector<MaskRequest>& requests)
      : inner_(testing::recording(std::move(inner), requests)) {}
  const Id& key_id() const override { return inner_->key_id(); }
  std::string name() const override { return inner_->name(); }
  bool may_release(std::string_view compartment) const override { return compartment == "clinical"; }
  Result<void> masks(const MaskRequest& request, std::stop_token stop, MutableBytes out) override {
    return inner_->masks(request, stop, out);
  }

 private:
  std::unique_ptr<MaskProvider> inner_;
};

TEST_F(HedgingTest, WhatAPermitDoesNotCoverIsNotAskedFor) {
  std::vector<MaskRequest> requests;
  const auto covering = [&](const std::string& name) {
    return std::make_unique<CoveringClinicalOnly>(world.provider(name), requests);
  };
  const auto gathered = ask(capsule, owned(world.provider("owner"), covering("ovh"), world.provider("outscale")),
                            {"identifiers", "clinical"}, Until::policy_is_met, kNeverMind);
  EXPECT_FALSE(opens(gathered, 0));
  EXPECT_TRUE(opens(gathered, 1));
  ASSERT_EQ(requests.size(), 1u);
  ASSERT_EQ(requests[0].items.size(), 1u);
  const auto alone = ask(capsule, owned(covering("ovh")), {"identifiers"}, Until::policy_is_met, kNeverMind);
  const auto ovh = std::find_if(alone.report.failed.begin(), alone.report.failed.end(),
                                [](const Culprit& each) { return each.who == "ovh"; });
  ASSERT_NE(ovh, alone.report.failed.end());
  EXPECT_THAT(ovh->why, HasSubstr("permit"));
  EXPECT_EQ(ovh->kind, ErrorKind::permit_refused);
}

TEST_F(HedgingTest, EveryoneIsAskedWhereThatIsWanted) {
  GatherOptions options = kNeverMind;
  options.ask_everyone = true;
  std::latch all(3);
  const auto meeting = [&](const std::string& name) {
    return testing::scripted(world.provider(name), [&](MaskProvider& honest, const MaskRequest& request,
                                                       std::stop_token stop, MutableBytes out) {
      all.arrive_and_wait();
      return honest.masks(request, stop, out);
    });
  };
  EXPECT_TRUE(opens(fetch(owned(meeting("ovh"), meeting("orange"), meeting("outscale")), {"clinical"}, options)));
}

}  // namespace
}  // namespace triclave::capsule
