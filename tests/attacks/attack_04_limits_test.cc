// 4. Trees and counts that no reader may accept, signed by the producer. Scalars that are none: recover_test.cc in
// tests/unit/capsule.
#include "attack.h"

namespace triclave::attacks {
namespace {

class Limits : public Attack {
 protected:
  Result<GatherReport> with_tree(const std::function<void(v1::PolicyNode&)>& edit) const {
    const Bytes record = edit_wrap(
        sealer.capsule(),
        [&](v1::Wrap& wrap) {
          edit_policy(wrap, 1, [&](v1::CompartmentPolicy& edited) { edit(*edited.mutable_tree()); });
        },
        &producer());
    return unlock(record, "clinical");
  }
};

TEST_F(Limits, ThresholdsThatNobodyOrAnybodyMeets) {
  for (const std::uint32_t k : {0u, 4u, 17u, 0xFFFFFFFFu})
    EXPECT_FAILS(with_tree([&](v1::PolicyNode& tree) { tree.mutable_threshold()->set_k(k); }), ErrorKind::malformed);
}

TEST_F(Limits, OneKeyOrOperatorTwiceAtOneNode) {  // would be two shares at one x, or two voices
  EXPECT_FAILS(with_tree([](v1::PolicyNode& tree) {
                 *tree.mutable_threshold()->mutable_children(1) = tree.threshold().children(0);
               }),
               ErrorKind::malformed);
  EXPECT_FAILS(with_tree([](v1::PolicyNode& tree) {
                 tree.mutable_threshold()->mutable_children(1)->mutable_leaf()->set_operator_("outscale");
               }),
               ErrorKind::malformed);
}

TEST_F(Limits, TreesTooDeepOrTooWide) {
  for (const int levels : {9, 24, 1000})
    EXPECT_FAILS(with_tree([&](v1::PolicyNode& tree) {
                   for (int i = 1; i < levels; ++i) {
                     v1::PolicyNode above;
                     above.mutable_threshold()->set_k(1);
                     above.mutable_threshold()->add_children()->Swap(&tree);
                     tree.Swap(&above);
                   }
                 }),
                 ErrorKind::malformed);
  EXPECT_FAILS(with_tree([](v1::PolicyNode& tree) {
                 while (tree.threshold().children_size() < 17) {
                   auto& leaf = *tree.mutable_threshold()->add_children()->mutable_leaf();
                   leaf.set_key_id(std::string(32, static_cast<char>(tree.threshold().children_size())));
                   leaf.set_operator_(std::string(1, static_cast<char>('a' + tree.threshold().children_size())));
                 }
               }),
               ErrorKind::malformed);
}

}  // namespace
}  // namespace triclave::attacks
