// 5. Weaker rules for shares that were dealt under stronger ones. The policy's hash is in every mask's label: whoever
// edits it, even the producer, gets masks that fit nothing.
#include "attack.h"

namespace triclave::attacks {
namespace {

class LegStripping : public Attack {
 protected:
  void expect_refused(const std::function<void(v1::PolicyNode&)>& strip, const std::function<void(v1::Wrap&)>& follow,
                      const Names& liars) {
    const auto edit = [&](v1::Wrap& wrap) {
      edit_policy(wrap, 0, [&](v1::CompartmentPolicy& edited) { strip(*edited.mutable_tree()); });
      if (follow) follow(wrap);
    };
    const Bytes outside = edit_wrap(sealer.capsule(), edit, nullptr);
    EXPECT_FAILS(unlock(outside, "identifiers"), ErrorKind::forged);
    expect_useless_inside(edit, "identifiers", liars);
  }
  void remove_recipient(v1::Wrap& wrap, const std::string& name) const {
    const Id id = world.key_id(name);
    for (int i = 0; i < wrap.recipients_size(); ++i)
      if (std::equal(id.begin(), id.end(), as_bytes(wrap.recipients(i).key_id()).begin()))
        return wrap.mutable_recipients()->DeleteSubrange(i, 1);
  }
};

TEST_F(LegStripping, WithoutTheOwner) {
  expect_refused(
      [](v1::PolicyNode& tree) {
        tree.mutable_threshold()->mutable_children()->DeleteSubrange(0, 1);
        tree.mutable_threshold()->set_k(1);
      },
      [this](v1::Wrap& wrap) {
        wrap.mutable_compartments(0)->mutable_leaves()->DeleteSubrange(0, 1);
        remove_recipient(wrap, "owner");
      },
      {"orange", "outscale", "ovh"});
}

TEST_F(LegStripping, OneOfTwoInsteadOfBoth) {
  expect_refused([](v1::PolicyNode& tree) { tree.mutable_threshold()->set_k(1); }, {},
                 {"orange", "outscale", "ovh", "owner"});
}

TEST_F(LegStripping, OneCustodianInsteadOfTwo) {
  expect_refused(
      [](v1::PolicyNode& tree) { tree.mutable_threshold()->mutable_children(1)->mutable_threshold()->set_k(1); }, {},
      {"orange", "outscale", "ovh", "owner"});
}

TEST_F(LegStripping, TheCustodiansOfAnotherLevel) {  // children change places, the leaves follow
  expect_refused([](v1::PolicyNode& tree) { tree.mutable_threshold()->mutable_children()->SwapElements(0, 1); },
                 [](v1::Wrap& wrap) {
                   auto& leaves = *wrap.mutable_compartments(0)->mutable_leaves();
                   for (int i = 0; i < 3; ++i) leaves.SwapElements(i, i + 1);
                 },
                 {"orange", "outscale", "ovh", "owner"});
}

TEST_F(LegStripping, ALaterExpiryOrNoAuthority) {
  const auto edit = [](v1::Wrap& wrap) {
    edit_policy(wrap, 1, [](v1::CompartmentPolicy& edited) {
      edited.set_expires(1ull << 40);
      edited.set_authority(std::string(32, 'a'));
      edited.mutable_rules()->set_min_operators(1);
    });
  };
  expect_forged_outside(edit);
  expect_useless_inside(edit, "clinical", {"orange", "outscale", "ovh"});
}

}  // namespace
}  // namespace triclave::attacks
