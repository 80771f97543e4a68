#include "policy/compartment_policy.h"

#include <gtest/gtest.h>

#include "base/text_codec.h"
#include "format/policy.pb.h"
#include "format/strict.h"
#include "unit/policy/trees.h"

namespace triclave::policy {
namespace {

using testing::all;
using testing::any;
using testing::leaf;
using testing::some;

CompartmentPolicy small_policy() {
  CompartmentPolicy policy;
  policy.authority = testing::key(9);
  policy.rules = {{"US"}, {"SECNUMCLOUD"}, "EEA", 2, 1};
  policy.expires = 1'900'000'000;
  policy.tree = all({leaf(1), some(2, {leaf(2), leaf(3), leaf(4)})});
  return policy;
}

// Through protobuf alone, so that a test can write what serialize_compartment_policy would not.
Bytes wire_of(const v1::PolicyNode& tree) {
  v1::CompartmentPolicy message;
  *message.mutable_tree() = tree;
  return format::serialize(message);
}
v1::PolicyNode wire_leaf(std::uint8_t number) {
  v1::PolicyNode node;
  const Id id = testing::key(number);
  node.mutable_leaf()->set_key_id(id.data(), id.size());
  node.mutable_leaf()->set_operator_("op" + std::to_string(number));
  return node;
}
v1::PolicyNode wire_threshold(std::uint32_t k, std::uint8_t n) {
  v1::PolicyNode node;
  node.mutable_threshold()->set_k(k);
  for (std::uint8_t i = 1; i <= n; ++i) *node.mutable_threshold()->add_children() = wire_leaf(i);
  return node;
}
// A chain of `levels` nodes that ends in a leaf.
v1::PolicyNode wire_chain(int levels) {
  v1::PolicyNode node = wire_leaf(1);
  for (int i = 1; i < levels; ++i) {
    v1::PolicyNode parent;
    parent.mutable_threshold()->set_k(1);
    *parent.mutable_threshold()->add_children() = node;
    node = parent;
  }
  return node;
}

void expect_malformed(ByteView wire, std::string_view word) {
  const auto result = parse_compartment_policy(wire);
  ASSERT_FALSE(result.has_value()) << word;
  EXPECT_EQ(result.error().kind, ErrorKind::malformed);
  EXPECT_NE(result.error().message.find(word), std::string::npos) << result.error().message;
}

TEST(CompartmentPolicy, ComesBackAsItWent) {
  const CompartmentPolicy sent = small_policy();
  const Bytes wire = serialize_compartment_policy(sent);
  const auto read = parse_compartment_policy(wire);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->authority, sent.authority);
  EXPECT_EQ(read->rules.deny_coalition, sent.rules.deny_coalition);
  EXPECT_EQ(read->rules.require_label, sent.rules.require_label);
  EXPECT_EQ(read->rules.region, "EEA");
  EXPECT_EQ(read->rules.min_operators, 2u);
  EXPECT_EQ(read->rules.min_countries, 1u);
  EXPECT_EQ(read->expires, 1'900'000'000u);
  ASSERT_EQ(read->tree.children.size(), 2u);
  EXPECT_EQ(read->tree.children[1].k, 2u);
  EXPECT_EQ(read->tree.children[1].children[2].operator_name, "op4");
  EXPECT_EQ(serialize_compartment_policy(*read), wire);
}

// Written by hand from policy.proto: threshold { k: 1 children { leaf { key_id operator: "a" } } }.
TEST(CompartmentPolicy, IsTheEncodingThatTheProtoDescribes) {
  CompartmentPolicy policy;
  policy.tree = any({Node{testing::key(1), "a", 0, {}}});
  EXPECT_EQ(to_hex(serialize_compartment_policy(policy)),
            "222d"
            "122b"
            "0801"
            "1227"
            "0a25"
            "0a20" +
                to_hex(testing::key(1)) +
                "1201"
                "61");
}

TEST(CompartmentPolicy, WithoutRulesAuthorityOrExpiryIsStrictToo) {
  CompartmentPolicy policy;
  policy.tree = leaf(1);
  const auto read = parse_compartment_policy(serialize_compartment_policy(policy));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_FALSE(read->authority);
  EXPECT_EQ(read->expires, 0u);
  EXPECT_TRUE(read->tree.is_leaf());
}

TEST(CompartmentPolicy, RefusesNoTree) {
  expect_malformed({}, "neither a leaf nor a threshold");
  v1::PolicyNode empty;
  empty.mutable_threshold()->set_k(1);
  expect_malformed(wire_of(empty), "neither a leaf nor a threshold");
}

TEST(CompartmentPolicy, KeepsTheLimitsOfThresholds) {
  EXPECT_TRUE(parse_compartment_policy(wire_of(wire_threshold(16, 16))));
  expect_malformed(wire_of(wire_threshold(1, 17)), "more than 16 children");
  expect_malformed(wire_of(wire_threshold(0, 3)), "asks for 0");
  expect_malformed(wire_of(wire_threshold(4, 3)), "more than it has");
  expect_malformed(wire_of(wire_threshold(0xFFFFFFFF, 3)), "more than it has");
}

TEST(CompartmentPolicy, KeepsTheLimitOfLevels) {
  EXPECT_TRUE(parse_compartment_policy(wire_of(wire_chain(8))));
  expect_malformed(wire_of(wire_chain(9)), "8 levels");
  expect_malformed(wire_of(wire_chain(40)), "");  // the strict reading stops it before
}

TEST(CompartmentPolicy, KeepsTheLimitOfLeaves) {
  v1::PolicyNode root;
  root.mutable_threshold()->set_k(1);
  for (int i = 0; i < 4; ++i) *root.mutable_threshold()->add_children() = wire_threshold(2, 16);
  EXPECT_TRUE(parse_compartment_policy(wire_of(root)));
  *root.mutable_threshold()->add_children() = wire_leaf(200);
  expect_malformed(wire_of(root), "64 leaves");
}

TEST(CompartmentPolicy, OneKeyAndOneOperatorCountOnceAtANode) {
  v1::PolicyNode node = wire_threshold(1, 2);
  node.mutable_threshold()->mutable_children(1)->mutable_leaf()->set_key_id(
      node.threshold().children(0).leaf().key_id());
  expect_malformed(wire_of(node), "a key stands twice");
  node = wire_threshold(1, 2);
  node.mutable_threshold()->mutable_children(1)->mutable_leaf()->set_operator_("op1");
  expect_malformed(wire_of(node), "one operator");
}

TEST(CompartmentPolicy, OneOperatorMayStandInDifferentSubtrees) {
  CompartmentPolicy policy;
  policy.tree = any({leaf(1), all({leaf(1), leaf(2)})});
  EXPECT_TRUE(parse_compartment_policy(serialize_compartment_policy(policy)));
}

TEST(CompartmentPolicy, RefusesBadIdsAndNames) {
  for (const std::size_t size : {0u, 31u, 33u}) {
    v1::PolicyNode node = wire_leaf(1);
    node.mutable_leaf()->set_key_id(std::string(size, 'k'));
    expect_malformed(wire_of(node), "key id must have 32 bytes");
  }
  for (const std::string& name : {std::string(), std::string(65, 'o'), std::string("a\nb")}) {
    v1::PolicyNode node = wire_leaf(1);
    node.mutable_leaf()->set_operator_(name);
    expect_malformed(wire_of(node), "operator");
  }
  v1::CompartmentPolicy message;
  message.set_authority(std::string(31, 'a'));
  *message.mutable_tree() = wire_leaf(1);
  expect_malformed(format::serialize(message), "authority must have 32 bytes");
}

TEST(CompartmentPolicy, RefusesRulesOfTheWrongShape) {
  const auto with = [](auto change) {
    v1::CompartmentPolicy message;
    *message.mutable_tree() = wire_leaf(1);
    change(*message.mutable_rules());
    return format::serialize(message);
  };
  expect_malformed(with([](v1::Rules& rules) { rules.add_deny_coalition("us"); }), "deny_coalition");
  expect_malformed(with([](v1::Rules& rules) { rules.add_require_label("A\x1B"); }), "label");
  expect_malformed(with([](v1::Rules& rules) { rules.set_region("europe"); }), "region");
  expect_malformed(with([](v1::Rules& rules) { rules.set_min_operators(65); }), "min_operators");
  expect_malformed(with([](v1::Rules& rules) { rules.set_min_countries(65); }), "min_operators");
}

TEST(CompartmentPolicy, RefusesWhatIsTooLarge) {
  expect_malformed(Bytes(kMaxPolicySize + 1, 0), "larger than the format allows");
}

// Whatever the bytes, a tree that is accepted keeps every limit, and its bytes are its only encoding.
void expect_refused_or_sound(ByteView wire) {
  const auto read = parse_compartment_policy(wire);
  if (!read) {
    EXPECT_EQ(read.error().kind, ErrorKind::malformed);
    return;
  }
  EXPECT_TRUE(check_tree(read->tree));
  const Bytes again = serialize_compartment_policy(*read);
  EXPECT_TRUE(std::equal(again.begin(), again.end(), wire.begin(), wire.end()));
}

TEST(CompartmentPolicy, EveryTruncationIsRefused) {
  const Bytes wire = serialize_compartment_policy(small_policy());
  for (std::size_t size = 0; size < wire.size(); ++size)
    EXPECT_FALSE(parse_compartment_policy(ByteView(wire).first(size))) << size;
}

TEST(CompartmentPolicy, EveryBitFlipIsRefusedOrSound) {
  Bytes wire = serialize_compartment_policy(small_policy());
  for (std::size_t bit = 0; bit < wire.size() * 8; ++bit) {
    wire[bit / 8] = static_cast<std::uint8_t>(wire[bit / 8] ^ (1u << bit % 8));
    expect_refused_or_sound(wire);
    wire[bit / 8] = static_cast<std::uint8_t>(wire[bit / 8] ^ (1u << bit % 8));
  }
}

}  // namespace
}  // namespace triclave::policy
