// 2. Masked shares moved between capsules, generations, compartments, paths and recipients.
#include "attack.h"

namespace triclave::attacks {
namespace {

class Transplant : public Attack {
 protected:
  // By an outsider and by the producer; `liars`: whose shares no longer fit.
  void expect_refused(const std::function<void(v1::Wrap&)>& edit, const std::string& compartment, const Names& liars) {
    expect_forged_outside(edit);
    expect_useless_inside(edit, compartment, liars);
  }
};

TEST_F(Transplant, BetweenPaths) {
  expect_refused([](v1::Wrap& wrap) { wrap.mutable_compartments(1)->mutable_leaves()->SwapElements(0, 1); }, "clinical",
                 {"outscale", "ovh"});
}

TEST_F(Transplant, BetweenCompartments) {
  expect_refused(
      [](v1::Wrap& wrap) {
        for (int i = 0; i < 2; ++i)
          *wrap.mutable_compartments(1)->mutable_leaves(i) = wrap.compartments(0).leaves(i + 1);
      },
      "clinical", {"outscale", "ovh"});
}

TEST_F(Transplant, BetweenRecipients) {  // their encapsulated keys change places
  expect_refused(
      [](v1::Wrap& wrap) {
        const std::string first = wrap.recipients(0).enc();
        for (int i = 0; i < 3; ++i) wrap.mutable_recipients(i)->set_enc(wrap.recipients(i + 1).enc());
        wrap.mutable_recipients(3)->set_enc(first);
      },
      "clinical", {"orange", "outscale", "ovh"});
}

TEST_F(Transplant, BetweenCapsules) {
  const v1::Wrap other = wrap_of(sealer_for(policy).capsule());
  // Whole, as it stands: it names another capsule.
  const Bytes whole =
      edit_capsule(sealer.capsule(), [&](v1::Capsule& c) { c.mutable_wraps(0)->set_wrap(other.SerializeAsString()); });
  EXPECT_FAILS(unlock(whole, "clinical"), ErrorKind::forged);
  // Under this capsule's id.
  expect_refused(
      [&](v1::Wrap& wrap) {
        const std::string id = wrap.capsule_id();
        wrap = other;
        wrap.set_capsule_id(id);
      },
      "clinical", {"orange", "outscale", "ovh"});
  // Only the shares.
  expect_refused(
      [&](v1::Wrap& wrap) { *wrap.mutable_compartments(1)->mutable_leaves() = other.compartments(1).leaves(); },
      "clinical", {"orange", "outscale", "ovh"});
}

TEST_F(Transplant, BetweenGenerations) {
  const auto later = [](v1::Wrap& wrap) { wrap.set_generation(1); };
  expect_forged_outside(later);
  EXPECT_FAILS(unlock(edit_wrap(sealer.capsule(), later, &producer()), "clinical"), ErrorKind::forged);
  // The owner signs: then nobody's share fits.
  const auto refused = unlock(edit_wrap(sealer.capsule(), later, &owner()), "clinical");
  EXPECT_FAILS(refused, ErrorKind::quorum_short);
  EXPECT_THAT(names_of(refused.error().culprits), ElementsAre("orange", "outscale", "ovh"));
}

// The rewrapped capsule with an old wrap put back under the new number.
TEST_F(Transplant, AFormerGenerationUnderALaterNumber) {
  Opener reader = opener();
  const Policy to =
      world.policy({"all(owner, 2 of (outscale-2, ovh-2, orange-2))", "2 of (outscale-2, ovh-2, orange-2)", ""});
  const Bytes rewrapped = reader.rewrap(sealer.capsule_id(), to, owner()).value();
  v1::Wrap old = wrap_of(sealer.capsule());
  old.set_generation(2);
  const Bytes record =
      edit_capsule(rewrapped, [&](v1::Capsule& c) { c.mutable_wraps(0)->set_wrap(old.SerializeAsString()); });
  EXPECT_FAILS(unlock(record, "clinical"), ErrorKind::forged);
}

TEST_F(Transplant, OnePartOfALeaf) {
  expect_refused(
      [](v1::Wrap& wrap) {
        auto& leaves = *wrap.mutable_compartments(1)->mutable_leaves();
        std::swap(*leaves[0].mutable_masked_share(), *leaves[1].mutable_masked_share());
      },
      "clinical", {"outscale", "ovh"});
  expect_refused(
      [](v1::Wrap& wrap) {
        auto& leaves = *wrap.mutable_compartments(1)->mutable_leaves();
        std::swap(*leaves[0].mutable_commitment(), *leaves[1].mutable_commitment());
      },
      "clinical", {"outscale", "ovh"});
}

}  // namespace
}  // namespace triclave::attacks
