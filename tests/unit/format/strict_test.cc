// SPEC.md, "Strict messages": hand-made bytes for each rule, beside the one spelling that is good.
#include "format/strict.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "base/text_codec.h"
#include "format/capsule.pb.h"
#include "format/object.pb.h"
#include "format/policy.pb.h"
#include "support/result.h"

namespace triclave::format {
namespace {

Bytes bytes(std::string text) {
  std::erase(text, ' ');
  return from_hex(text).value();
}

template <class Message>
Result<Message> read(const std::string& hex) {
  return parse_strict<Message>(bytes(hex), 1 << 20, "it");
}

std::string varint(std::size_t value) {
  Bytes out;
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<std::uint8_t>(value | 0x80));
  out.push_back(static_cast<std::uint8_t>(value));
  return to_hex(out);
}

// A length-delimited field.
std::string field(int number, const std::string& hex) {
  return varint(static_cast<std::size_t>(number) << 3 | 2) + varint(hex.size() / 2) + hex;
}

TEST(Strict, ReadsTheOneSpelling) {
  const auto core = read<v1::Core>("0801 1202aabb 2a0161 3203 0a0162 3203 0a0163");
  ASSERT_OK(core);
  EXPECT_EQ(core->suite(), 1u);
  EXPECT_EQ(core->salt(), "\xAA\xBB");
  EXPECT_EQ(core->dataset(), "a");
  ASSERT_EQ(core->compartments_size(), 2);
  EXPECT_EQ(core->compartments(1).name(), "c");
}

TEST(Strict, AnEmptyMessageHasAllDefaults) { EXPECT_OK(read<v1::Core>("")); }

TEST(Strict, WhatWeWriteIsStrict) {
  v1::CompartmentPolicy policy;
  policy.set_authority("authority");
  policy.mutable_rules()->add_deny_coalition("US");
  policy.mutable_rules()->add_deny_coalition("CN");
  policy.mutable_rules()->set_min_operators(300);
  policy.set_expires(~std::uint64_t{0});
  auto* threshold = policy.mutable_tree()->mutable_threshold();
  threshold->set_k(1);
  threshold->add_children()->mutable_leaf()->set_operator_("ovh");
  const auto back = parse_strict<v1::CompartmentPolicy>(serialize(policy), 1000, "it");
  ASSERT_OK(back);
  EXPECT_EQ(serialize(*back), serialize(policy));
}

TEST(Strict, PB01_FieldsAscend) {
  EXPECT_FAILS(read<v1::Core>("1202aabb 0801"), ErrorKind::malformed);
  EXPECT_FAILS(read<v1::Core>("320 30a0162 0801"), ErrorKind::malformed);
  // The elements of a repeated field stand together.
  EXPECT_FAILS(read<v1::Rules>("0a025553 120148 0a02434e"), ErrorKind::malformed);
  EXPECT_OK(read<v1::Rules>("0a025553 0a02434e 120148"));
}

TEST(Strict, PB02_ASingleFieldStandsOnce) {
  EXPECT_FAILS(read<v1::Core>("0801 0801"), ErrorKind::malformed);
  EXPECT_FAILS(read<v1::Core>("1202aabb 1202aabb"), ErrorKind::malformed);
  EXPECT_FAILS(read<v1::CompartmentPolicy>("1202 2001 1202 2801"), ErrorKind::malformed);  // protobuf would merge them
}

TEST(Strict, PB02_OneMemberOfAOneof) {
  EXPECT_OK(read<v1::PolicyNode>("0a03 120161"));
  EXPECT_OK(read<v1::PolicyNode>("1202 0801"));
  EXPECT_FAILS(read<v1::PolicyNode>("0a03 120161 1202 0801"), ErrorKind::malformed);
}

TEST(Strict, PB03_DefaultsAreNotSpelledOut) {
  EXPECT_FAILS(read<v1::Core>("0800"), ErrorKind::malformed);               // number
  EXPECT_FAILS(read<v1::Core>("1200"), ErrorKind::malformed);               // bytes
  EXPECT_FAILS(read<v1::Core>("2a00"), ErrorKind::malformed);               // text
  EXPECT_FAILS(read<v1::ObjectHeader>("3800"), ErrorKind::malformed);       // bool
  EXPECT_FAILS(read<v1::CompartmentPolicy>("1200"), ErrorKind::malformed);  // message
  EXPECT_FAILS(read<v1::PolicyNode>("0a00"), ErrorKind::malformed);         // member of a oneof
  EXPECT_OK(read<v1::Wrap>("2a00"));  // an element of a repeated field is there, whatever its value
}

TEST(Strict, PB04_IntegersAreMinimal) {
  EXPECT_FAILS(read<v1::Core>("8800 01"), ErrorKind::malformed);  // tag 1 in two bytes
  EXPECT_FAILS(read<v1::Core>("08 8100"), ErrorKind::malformed);  // value 1 in two bytes
  EXPECT_FAILS(read<v1::Core>("08 808000"), ErrorKind::malformed);
  EXPECT_FAILS(read<v1::Core>("12 8200 aabb"), ErrorKind::malformed);  // length 2 in two bytes
  EXPECT_OK(read<v1::Core>("08 8001"));
}

TEST(Strict, PB05_UnknownFieldsAreRefused) {
  for (const char* unknown : {"3801", "4000", "7a0161", "f2ffffff0f00", "0001", "0200"})
    EXPECT_FAILS(read<v1::Core>(unknown), ErrorKind::malformed);
  EXPECT_FAILS(read<v1::Core>("3206 0a0162 1a0161"), ErrorKind::malformed);  // nested
}

TEST(Strict, PB06_WireTypesFitTheSchema) {
  EXPECT_FAILS(read<v1::Core>("0a0101"), ErrorKind::malformed);               // packed
  EXPECT_FAILS(read<v1::Core>("0900000000000000 01"), ErrorKind::malformed);  // fixed64
  EXPECT_FAILS(read<v1::Core>("0d01000000"), ErrorKind::malformed);           // fixed32
  EXPECT_FAILS(read<v1::Core>("0b0c"), ErrorKind::malformed);                 // group
  EXPECT_FAILS(read<v1::Core>("0c"), ErrorKind::malformed);                   // end of a group
  EXPECT_FAILS(read<v1::Core>("1001"), ErrorKind::malformed);                 // number for bytes
  EXPECT_FAILS(read<v1::Core>("0e01"), ErrorKind::malformed);                 // wire types 6 and 7 do not exist
  EXPECT_FAILS(read<v1::Core>("0f01"), ErrorKind::malformed);
}

TEST(Strict, PB06_NumbersFitTheirRange) {
  EXPECT_OK(read<v1::Core>("08 ffffffff0f"));
  EXPECT_FAILS(read<v1::Core>("08 8080808010"), ErrorKind::malformed);  // 2^32 in a uint32
  EXPECT_OK(read<v1::ObjectHeader>("3801"));
  EXPECT_FAILS(read<v1::ObjectHeader>("3802"), ErrorKind::malformed);  // bool
  EXPECT_OK(read<v1::CompartmentPolicy>("18 ffffffffffffffffff01"));
  EXPECT_FAILS(read<v1::CompartmentPolicy>("18 ffffffffffffffffff02"), ErrorKind::malformed);    // 2^64 and more
  EXPECT_FAILS(read<v1::CompartmentPolicy>("18 ffffffffffffffffffff01"), ErrorKind::malformed);  // eleven bytes
}

TEST(Strict, PB07_TextIsUtf8) {
  EXPECT_OK(read<v1::Core>("2a02 c3a9"));
  EXPECT_FAILS(read<v1::Core>("2a01 ff"), ErrorKind::malformed);
  EXPECT_FAILS(read<v1::Core>("2a02 c080"), ErrorKind::malformed);       // overlong
  EXPECT_FAILS(read<v1::Core>("2a03 eda080"), ErrorKind::malformed);     // surrogate
  EXPECT_FAILS(read<v1::Core>("3204 0a02 c328"), ErrorKind::malformed);  // nested
  EXPECT_FAILS(read<v1::Rules>("1a025553 0a01ff"), ErrorKind::malformed);
  EXPECT_OK(read<v1::Core>("1201 ff"));  // bytes may be anything
}

TEST(Strict, PB08_FieldsAreCounted) {
  std::string most;
  for (std::size_t i = 0; i < kMaxFields; ++i) most += "2a00";
  EXPECT_OK(read<v1::Wrap>(most));
  EXPECT_FAILS(read<v1::Wrap>(most + "2a00"), ErrorKind::malformed);
  // Nested ones count, too.
  EXPECT_OK(read<v1::Wrap>(field(4, field(3, "") + field(3, "")) + most.substr(12)));
  EXPECT_FAILS(read<v1::Wrap>(field(4, field(3, "") + field(3, "")) + most.substr(8)), ErrorKind::malformed);
}

// `levels` messages inside one another: nodes and thresholds by turns, each in field 2 of the one around it; the
// outermost is a node, the innermost a threshold.
std::string nested(int levels) {
  std::string out = "0801";
  for (int level = 1; level < levels; ++level) out = field(2, out);
  return out;
}

TEST(Strict, PB08_NestingIsLimited) {
  static_assert(kMaxDepth % 2 == 0);
  EXPECT_OK(read<v1::PolicyNode>(nested(kMaxDepth)));
  const auto deeper = read<v1::PolicyNode>(nested(kMaxDepth + 2));
  EXPECT_FAILS(deeper, ErrorKind::malformed);
  EXPECT_NE(deeper.error().message.find("too deeply"), std::string::npos) << deeper.error().message;
  EXPECT_FAILS(read<v1::Threshold>(nested(kMaxDepth + 1)), ErrorKind::malformed);
}

TEST(Strict, CutShortIsMalformed) {
  const Bytes whole = bytes("0801 1202aabb 2a0161 3203 0a0162");
  const std::set<std::size_t> between = {0, 2, 6, 9, 14};  // after a whole field it is another message, but a good one
  for (std::size_t length = 0; length <= whole.size(); ++length) {
    const auto core = parse_strict<v1::Core>(ByteView(whole).first(length), 100, "it");
    EXPECT_EQ(testing::kind_of(core), between.contains(length) ? "success" : "malformed") << length;
  }
}

TEST(Strict, LengthsBeyondTheEndAreRefusedBeforeAnythingIsAllocated) {
  for (const char* length :
       {"03", "ffffffff0f", "ffffffffffffffff7f", "ffffffffffffffffff01", "ffffffffffffffffffff01"})
    EXPECT_FAILS(read<v1::Core>(std::string("12") + length + "aabb"), ErrorKind::malformed);
}

TEST(Strict, SizeLimitIsExactAndNamesTheThing) {
  const Bytes whole = bytes("1202aabb");
  EXPECT_OK(parse_strict<v1::Core>(whole, 4, "the core"));
  const auto refused = parse_strict<v1::Core>(whole, 3, "the core");
  EXPECT_FAILS(refused, ErrorKind::malformed);
  EXPECT_NE(refused.error().message.find("the core"), std::string::npos);
}

TEST(Strict, ErrorsNameTheThingTheMessageAndTheField) {
  EXPECT_EQ(read<v1::Core>("0800").error().message,
            "it is damaged or not in Triclave's format: Core spells out the default of suite");
}

}  // namespace
}  // namespace triclave::format
