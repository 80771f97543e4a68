// Many small objects in one call: they are what single calls make, and each is refused or opened for itself.
#include <set>

#include "cipher/cobblestone.h"
#include "support/sealing.h"

namespace triclave::envelope {
namespace {

using namespace ::triclave::testing;
using ::testing::HasSubstr;

class ObjectBatchTest : public Sealing {
 protected:
  std::vector<Bytes> seal_all(const std::vector<Bytes>& plains, ObjectOptions options = {}) const {
    std::vector<SmallObject> objects;
    for (const Bytes& each : plains) objects.push_back({"visit.csv", each});
    std::vector<Bytes> out;
    EXPECT_OK(sealer.objects("clinical", objects, out, options));
    return out;
  }
  static std::vector<Result<Bytes>> open_all(Opener& reader, const std::vector<Bytes>& objects) {
    const std::vector<ByteView> views(objects.begin(), objects.end());
    // Whatever stood there before is gone.
    std::vector<Result<Bytes>> out(objects.size() / 2 + 3, Bytes(700, 0xEE));
    out[1] = fail(ErrorKind::io, "an earlier answer");
    reader.objects(views, out);
    EXPECT_EQ(out.size(), objects.size());
    return out;
  }
  // A batch's answer must be a single call's, to the word.
  void expect_single_answers(const std::vector<Bytes>& objects, const std::vector<Result<Bytes>>& answers) const {
    Opener reader = opener();
    for (std::size_t i = 0; i < objects.size(); ++i) {
      const auto single = opened(reader, objects[i]);
      ASSERT_EQ(answers[i].has_value(), single.has_value()) << i;
      if (single) {
        EXPECT_EQ(*answers[i], *single) << i;
        continue;
      }
      EXPECT_EQ(to_string(answers[i].error().kind), to_string(single.error().kind)) << i;
      EXPECT_EQ(answers[i].error().message, single.error().message) << i;
    }
  }

  std::vector<Bytes> some_plains(std::size_t count) const {
    std::vector<Bytes> out;
    for (std::size_t i = 0; i < count; ++i) out.push_back(sample(i * 37 % 1100));
    return out;
  }
};

TEST_F(ObjectBatchTest, AnyNumberOfAnySizeComesBackByEitherCall) {
  Opener reader = opener();
  for (const std::size_t count : {0u, 1u, 2u, 9u, 64u, 65u, 200u})
    for (const bool embed : {false, true}) {
      std::vector<Bytes> plains = some_plains(count);
      if (count > 2) plains[1] = sample(16383), plains[2] = sample(3 * 16384);
      const auto objects = seal_all(plains, {embed, false});
      ASSERT_EQ(objects.size(), count);
      const auto answers = open_all(reader, objects);
      for (std::size_t i = 0; i < count; ++i) {
        ASSERT_OK(answers[i]);
        EXPECT_EQ(*answers[i], plains[i]);
        EXPECT_EQ(objects[i].size(), seal(plains[i], {embed, false}).size());
        const auto single = opened(reader, objects[i]);
        ASSERT_OK(single);
        EXPECT_EQ(*single, plains[i]);
      }
    }
}

TEST_F(ObjectBatchTest, ObjectsOfSingleCallsOpenTogether) {
  std::vector<Bytes> objects;
  const auto plains = some_plains(70);
  for (std::size_t i = 0; i < plains.size(); ++i)
    objects.push_back(seal(plains[i], {i % 3 == 0, i % 35 == 4}, i % 2 == 0 ? "clinical" : "identifiers"));
  Opener reader = opener();
  const auto answers = open_all(reader, objects);
  for (std::size_t i = 0; i < plains.size(); ++i) {
    ASSERT_OK(answers[i]);
    EXPECT_EQ(*answers[i], plains[i]);
  }
}

TEST_F(ObjectBatchTest, EachHasItsNameAndNumbersOfItsOwn) {
  std::vector<SmallObject> wanted;
  std::vector<std::string> names;
  for (int i = 0; i < 100; ++i) names.push_back(std::string(static_cast<std::size_t>(i % 40), 'n'));
  for (const std::string& each : names) wanted.push_back({each, as_bytes("plain")});
  std::vector<Bytes> objects;
  ASSERT_OK(sealer.objects("clinical", wanted, objects));
  std::set<std::string> ids, salts;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const auto parts = take_apart(objects[i]);
    EXPECT_EQ(parts.header.name(), names[i]);
    EXPECT_EQ(parts.header.dataset(), policy.dataset());
    EXPECT_EQ(parts.header.streams(0), "clinical");
    ids.insert(parts.header.object_id());
    salts.emplace(parts.rest.begin(), parts.rest.begin() + cipher::kSaltSize);
  }
  EXPECT_EQ(ids.size(), 100u);
  EXPECT_EQ(salts.size(), 100u);
}

TEST_F(ObjectBatchTest, WhatWasThereIsOverwritten) {
  const Bytes plain = sample(50);
  std::vector<Bytes> out(7, Bytes(5000, 0xEE));
  const std::vector<SmallObject> wanted(3, {"", plain});
  ASSERT_OK(sealer.objects("clinical", wanted, out));
  ASSERT_EQ(out.size(), 3u);
  Opener reader = opener();
  for (const auto& each : open_all(reader, out)) EXPECT_EQ(each.value(), plain);
}

TEST_F(ObjectBatchTest, SignedContentIsSignedAndChecked) {
  const auto plains = some_plains(3);
  auto objects = seal_all(plains, {false, true});
  Opener reader = opener();
  const auto answers = open_all(reader, objects);
  for (std::size_t i = 0; i < plains.size(); ++i) {
    ASSERT_OK(answers[i]);
    EXPECT_EQ(*answers[i], plains[i]);
    EXPECT_OK(reader.object(memory_source(objects[i])).value()->verify_content());
  }
  objects[1].back() ^= 1;  // of the signature
  const auto changed = open_all(reader, objects);
  EXPECT_OK(changed[0]);
  EXPECT_FAILS(changed[1], ErrorKind::forged);
  EXPECT_OK(changed[2]);
}

TEST_F(ObjectBatchTest, BadRequestsAreRefusedByPlaceAndLeaveNothing) {
  std::vector<Bytes> out(2, Bytes(9));
  const std::vector<SmallObject> wanted = {{"good", {}}, {"line\nbreak", {}}};
  const auto refused = sealer.objects("clinical", wanted, out);
  EXPECT_FAILS(refused, ErrorKind::invalid_argument);
  EXPECT_THAT(refused.error().message, HasSubstr("object 1"));
  EXPECT_TRUE(out.empty());
  const std::string long_name(1025, 'n');
  EXPECT_FAILS(sealer.objects("clinical", std::vector<SmallObject>{{long_name, {}}}, out), ErrorKind::invalid_argument);
  EXPECT_FAILS(sealer.objects("nowhere", {}, out), ErrorKind::invalid_argument);
}

// One of each damage among good ones: its own error, and the others open.
TEST_F(ObjectBatchTest, TheDamagedAreRefusedAndTheOthersOpen) {
  const auto plains = some_plains(150);
  auto objects = seal_all(plains);
  std::set<std::size_t> bad;
  const auto damage = [&](std::size_t i, auto&& how) {
    how(objects[i]);
    bad.insert(i);
  };
  const auto stream = [](const Bytes& object) { return object.size() - take_apart(object).rest.size(); };
  damage(3, [&](Bytes& each) { each[stream(each)] ^= 1; });                                 // salt
  damage(4, [&](Bytes& each) { each[stream(each) + cipher::kSaltSize] ^= 1; });             // commitment
  damage(5, [&](Bytes& each) { each[stream(each) + cipher::kPrefixSize] ^= 1; });           // first byte of the chunk
  damage(6, [](Bytes& each) { each.back() ^= 1; });                                         // tag
  damage(7, [](Bytes& each) { each.push_back(0); });
  damage(8, [](Bytes& each) { each.pop_back(); });
  damage(9, [](Bytes& each) { each.clear(); });
  damage(10, [](Bytes& each) { each.resize(30); });
  damage(11, [&](Bytes& each) { each.resize(stream(each) + 20); });                         // within the prefix
  damage(12, [](Bytes& each) { each[11] = 9; });                                            // a newer version
  damage(13, [](Bytes& each) { each = edit_header(each, [](auto& h) { h.set_name("other"); }); });
  damage(14, [](Bytes& each) { each = edit_header(each, [](auto& h) { h.set_streams(0, "identifiers"); }); });
  damage(15, [](Bytes& each) { each = edit_header(each, [](auto& h) { h.set_dataset("another"); }); });
  damage(16, [](Bytes& each) { each = edit_header(each, [](auto& h) { h.set_capsule_id(std::string(32, 'x')); }); });
  damage(17, [&](Bytes& each) { each = sealed(sealer_for(policy), "clinical", plains[17]); });  // of another session
  damage(18, [](Bytes& each) { each = edit_header(each, [](auto& h) { h.set_signed_(true); }); });
  damage(64, [&](Bytes& each) {  // the stream of its neighbour
    const auto mine = take_apart(each), other = take_apart(objects[65]);
    each = put_together(mine.header_bytes, {}, other.rest);
  });
  damage(149, [](Bytes& each) { each.back() ^= 0x80; });
  Opener reader = opener();
  const auto answers = open_all(reader, objects);
  for (std::size_t i = 0; i < objects.size(); ++i) EXPECT_EQ(answers[i].has_value(), !bad.contains(i)) << i;
  EXPECT_FAILS(answers[3], ErrorKind::forged);
  EXPECT_FAILS(answers[6], ErrorKind::forged);
  EXPECT_FAILS(answers[8], ErrorKind::forged);
  EXPECT_FAILS(answers[9], ErrorKind::malformed);
  EXPECT_FAILS(answers[12], ErrorKind::unsupported);
  EXPECT_FAILS(answers[16], ErrorKind::invalid_argument);
  expect_single_answers(objects, answers);
}

TEST_F(ObjectBatchTest, EveryBitFlipIsRefused) {
  const Bytes object = seal_all({sample(20)}).front();
  std::vector<Bytes> flipped;
  for (std::size_t bit = 0; bit < 8 * object.size(); ++bit) {
    flipped.push_back(object);
    flipped.back()[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
  }
  Opener reader = opener();
  const auto answers = open_all(reader, flipped);
  for (std::size_t i = 0; i < answers.size(); ++i) EXPECT_FALSE(answers[i].has_value()) << i;
  expect_single_answers(flipped, answers);
}

// Who may not open a compartment is told so for its objects, and reads the others.
TEST_F(ObjectBatchTest, AClosedCompartmentClosesItsOwnObjectsOnly) {
  std::vector<Bytes> objects;
  for (int i = 0; i < 6; ++i) objects.push_back(seal(sample(10), {}, i % 2 == 0 ? "clinical" : "identifiers"));
  Opener reader = opener({"outscale", "ovh"});
  const auto answers = open_all(reader, objects);
  std::set<bool> told;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const auto single = opened(reader, objects[i]);
    EXPECT_EQ(answers[i].has_value(), single.has_value()) << i;
    if (!single) {
      EXPECT_FAILS(answers[i], ErrorKind::quorum_short);
    }
    told.insert(single.has_value());
  }
  EXPECT_EQ(told.size(), 2u);
}

}  // namespace
}  // namespace triclave::envelope
