// 1. One compartment's entry under another's name, and a custodian's mask for one used for another.
#include "attack.h"

namespace triclave::attacks {
namespace {

class Relabel : public Attack {};

TEST_F(Relabel, CompartmentsThatSwapNamesInTheWrap) {
  const auto swap = [](v1::Wrap& wrap) {
    wrap.mutable_compartments(0)->set_name("clinical");
    wrap.mutable_compartments(1)->set_name("identifiers");
  };
  expect_forged_outside(swap);
  expect_useless_inside(swap, "identifiers", {"orange", "outscale", "ovh"});
}

TEST_F(Relabel, CompartmentsThatSwapNamesInTheCore) {
  const auto swap = [](v1::Core& core) {
    core.mutable_compartments(0)->set_name("clinical");
    core.mutable_compartments(1)->set_name("identifiers");
  };
  EXPECT_FAILS(unlock(edit_core(sealer.capsule(), swap, nullptr), "clinical"), ErrorKind::forged);
  EXPECT_FAILS(unlock(edit_core_and_follow(sealer.capsule(), swap, producer()), "clinical"), ErrorKind::quorum_short);
}

// The custodians may answer for clinical only; somebody in between asks them that and passes the answer off as one
// for identifiers.
TEST_F(Relabel, AnAnswerForAnotherCompartment) {
  Owned providers = world.providers({"owner"});
  for (const char* name : {"outscale", "ovh", "orange"})
    providers.push_back(scripted(world.provider(name), [this](MaskProvider& honest, const MaskRequest& request,
                                                              std::stop_token stop, MutableBytes out) {
      MaskRequest permitted = request;
      permitted.items[0].compartment = "clinical";
      permitted.items[0].path = {permitted.items[0].path.back()};
      permitted.items[0].policy = policy.compartment_policy("clinical").value();
      return honest.masks(permitted, stop, out);
    }));
  Opener reader = opener_with(std::move(providers));
  const auto refused = opened(reader, seal(plain, {}, "identifiers"));
  EXPECT_FAILS(refused, ErrorKind::quorum_short);
  EXPECT_THAT(names_of(refused.error().culprits), ElementsAre("orange", "outscale", "ovh"));
}

TEST_F(Relabel, AnObjectUnderAnotherCompartmentsName) {
  for (const bool embed : {true, false}) {
    const Bytes object = seal(plain, {embed, false}, "identifiers");
    const Bytes relabelled = edit_header(object, [](v1::ObjectHeader& h) { h.set_streams(0, "clinical"); });
    EXPECT_FAILS(open(relabelled, sealer.capsule()), ErrorKind::forged);
  }
}

TEST_F(Relabel, ACapsuleUnderAnotherDatasetsName) {
  const auto rename = [](v1::Core& core) { core.set_dataset("registry"); };
  EXPECT_FAILS(unlock(edit_core(sealer.capsule(), rename, nullptr), "clinical"), ErrorKind::forged);
  EXPECT_FAILS(unlock(edit_core_and_follow(sealer.capsule(), rename, producer()), "clinical"), ErrorKind::forged);
}

}  // namespace
}  // namespace triclave::attacks
