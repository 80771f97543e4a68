// 1. A permit for one compartment, and another one's entry in the capsule.
#include "base/labels.h"
#include "base/message.h"
#include "custodian_attack.h"

namespace triclave::attacks {
namespace {

class PermitRelabel : public CustodianAttack {
 protected:
  // Everybody answers under `permit`, asked in the way that `relabel` makes of the honest one.
  Result<GatherReport> unlock(const std::string& compartment, const Bytes& permit,
                              const std::function<void(MaskItem&)>& relabel = {}) const {
    Owned providers = world.providers({"owner"});
    for (const char* name : {"outscale", "ovh", "orange"})
      providers.push_back(scripted(asking(name, permit), [=](MaskProvider& honest, const MaskRequest& request,
                                                             std::stop_token stop, MutableBytes out) {
        MaskRequest changed = request;
        if (relabel) relabel(changed.items[0]);
        return honest.masks(changed, stop, out);
      }));
    GatherOptions everyone;
    everyone.ask_everyone = true;
    Opener reader = Opener::make(policy, std::move(providers), nullptr, everyone);
    EXPECT_OK(reader.add_capsule(sealer.capsule()));
    return reader.unlock(sealer.capsule_id(), std::span(&compartment, 1));
  }
  static std::vector<ErrorKind> kinds(const Result<GatherReport>& refused) {
    std::vector<ErrorKind> out;
    for (const Culprit& each : refused.error().culprits) out.push_back(each.kind);
    return out;
  }
};

TEST_F(PermitRelabel, WhatThePermitCoversOpens) {
  EXPECT_OK(unlock("clinical", permit_for({"clinical"})));
  EXPECT_OK(unlock("identifiers", permit_for({"clinical", "identifiers"})));
}

TEST_F(PermitRelabel, AnotherCompartmentOrDatasetIsRefusedByEachCustodian) {
  for (const Bytes& permit : {permit_for({"clinical"}), permit_for({"identifiers"}, "registry")}) {
    const auto refused = unlock("identifiers", permit);
    ASSERT_FAILS(refused, ErrorKind::quorum_short);
    EXPECT_THAT(kinds(refused),
                ElementsAre(ErrorKind::permit_refused, ErrorKind::permit_refused, ErrorKind::permit_refused));
  }
}

// The request says clinical, which the permit covers, and carries the entry of identifiers: its policy and its place.
TEST_F(PermitRelabel, UnderTheCoveredNameTheMaskFitsNoShare) {
  const auto refused =
      unlock("identifiers", permit_for({"clinical"}), [](MaskItem& item) { item.compartment = "clinical"; });
  ASSERT_FAILS(refused, ErrorKind::quorum_short);
  EXPECT_THAT(kinds(refused), ElementsAre(ErrorKind::forged, ErrorKind::forged, ErrorKind::forged));
}

// A policy of the attacker's own, in which its own authority may permit everything.
TEST_F(PermitRelabel, UnderAMadeUpPolicyTheMaskFitsNoShare) {
  const auto refused =
      unlock("identifiers", permit_for({"identifiers"}), [](MaskItem& item) { item.policy.back() ^= 1; });
  ASSERT_FAILS(refused, ErrorKind::quorum_short);
  EXPECT_THAT(kinds(refused), ElementsAre(ErrorKind::forged, ErrorKind::forged, ErrorKind::forged));
}

}  // namespace
}  // namespace triclave::attacks
