#include "capsule/record.h"

#include "session.h"

namespace triclave::capsule {
namespace {

class RecordTest : public Session {
 protected:
  Result<void> verify(ByteView record) const {
    auto parsed = parse_capsule(record);
    if (!parsed) return tl::unexpected(parsed.error());
    return verify_signatures(*parsed, policy);
  }
  // The record with a second wrap in it, a copy of the first under another generation, edited and signed by the owner.
  Bytes with_second_wrap(const std::function<void(v1::Wrap&)>& edit) const {
    Bytes record = testing::edit_capsule(fresh.record, [](v1::Capsule& c) { *c.add_wraps() = c.wraps(0); });
    return testing::edit_wrap(record, edit, &owner(), 1);
  }
};

TEST_F(RecordTest, AFreshCapsuleParsesAndVerifies) {
  const auto capsule = parse_capsule(fresh.record);
  ASSERT_OK(capsule);
  EXPECT_EQ(capsule->id, fresh.id);
  EXPECT_EQ(capsule->highest_generation(), 0u);
  EXPECT_EQ(capsule->current("clinical").wrap, &capsule->wraps[0].wrap);
  EXPECT_EQ(capsule->current("clinical").compartment->name, "clinical");
  EXPECT_EQ(capsule->current("genomic").wrap, nullptr);
  EXPECT_OK(verify_signatures(*capsule, policy));
}

TEST_F(RecordTest, SerializingGivesTheSameBytes) {
  const auto capsule = parse_capsule(fresh.record).value();
  const auto again = serialize_capsule(capsule.core_part, {&capsule.wraps[0].part});
  ASSERT_OK(again);
  EXPECT_EQ(*again, fresh.record);
}

TEST_F(RecordTest, NeedsItsPreamble) {  // REC-01, REC-02, REC-03
  const auto with = [&](std::size_t at, std::uint8_t value) {
    Bytes record = fresh.record;
    record[at] = value;
    return parse_capsule(record);
  };
  EXPECT_FAILS(parse_capsule({}), ErrorKind::malformed);
  EXPECT_FAILS(parse_capsule(as_bytes("name,birth date,diagnosis\n")), ErrorKind::malformed);
  EXPECT_FAILS(with(0, 'T'), ErrorKind::malformed);
  EXPECT_FAILS(with(9, 2), ErrorKind::malformed);     // an object
  EXPECT_FAILS(with(9, 9), ErrorKind::malformed);     // nothing known
  EXPECT_FAILS(with(11, 2), ErrorKind::unsupported);  // version 2
  EXPECT_FAILS(with(10, 1), ErrorKind::unsupported);  // version 257
  EXPECT_FAILS(with(11, 0), ErrorKind::malformed);    // version 0
  EXPECT_THAT(with(11, 2).error().message, ::testing::HasSubstr("newer"));
}

TEST_F(RecordTest, NothingStandsBehindItsEnd) {  // REC-04
  Bytes record = fresh.record;
  record.push_back(0);
  EXPECT_FAILS(parse_capsule(record), ErrorKind::malformed);
  EXPECT_FAILS(parse_capsule(ByteView(fresh.record).first(15)), ErrorKind::malformed);
  EXPECT_FAILS(parse_capsule(ByteView(fresh.record).first(fresh.record.size() - 1)), ErrorKind::malformed);
}

TEST_F(RecordTest, HasAtMostFourMebibytes) {  // LIM-01
  Bytes record = fresh.record;
  record.resize(4 * 1024 * 1024 + 1);
  const auto refused = parse_capsule(record);
  EXPECT_FAILS(refused, ErrorKind::malformed);
  EXPECT_THAT(refused.error().message, ::testing::HasSubstr("4 MiB"));
}

TEST_F(RecordTest, HasOneToSixtyFourWraps) {  // LIM-01
  EXPECT_FAILS(parse_capsule(testing::edit_capsule(fresh.record, [](v1::Capsule& c) { c.clear_wraps(); })),
               ErrorKind::malformed);
  const auto many = parse_capsule(testing::edit_capsule(fresh.record, [](v1::Capsule& c) {
    while (c.wraps_size() < 65) *c.add_wraps() = c.wraps(0);
  }));
  EXPECT_FAILS(many, ErrorKind::malformed);
  EXPECT_THAT(many.error().message, ::testing::HasSubstr("65 wraps"));
}

TEST_F(RecordTest, AWrapOfAnotherCapsuleIsForged) {  // CAP-05
  const NewCapsule other = create(policy, producer());
  const Bytes mixed = testing::edit_capsule(
      fresh.record, [&](v1::Capsule& c) { *c.mutable_wraps(0) = testing::unpack(other.record).wraps(0); });
  EXPECT_FAILS(parse_capsule(mixed), ErrorKind::forged);
}

TEST_F(RecordTest, WrapsAscendWithoutRepeats) {  // CAP-08
  EXPECT_FAILS(parse_capsule(with_second_wrap([](v1::Wrap&) {})), ErrorKind::malformed);
  const auto drop_one = [](v1::Wrap& wrap) {
    wrap.set_generation(5);
    wrap.mutable_compartments()->DeleteSubrange(1, 1);
  };
  const Bytes good = with_second_wrap(drop_one);
  EXPECT_OK(verify(good));
  const Bytes swapped = testing::edit_capsule(good, [](v1::Capsule& c) { c.mutable_wraps()->SwapElements(0, 1); });
  EXPECT_FAILS(parse_capsule(swapped), ErrorKind::malformed);
}

// Both would be current for something; only their order is wrong.
TEST_F(RecordTest, TwoWrapsOfOneGenerationAreMalformed) {  // CAP-08
  Bytes record = with_second_wrap([](v1::Wrap& wrap) {
    wrap.set_generation(3);
    wrap.mutable_compartments()->DeleteSubrange(1, 1);
  });
  EXPECT_OK(parse_capsule(record));
  record = testing::edit_wrap(
      record, [](v1::Wrap& wrap) { wrap.set_generation(3); }, &owner(), 0);
  const auto refused = parse_capsule(record);
  EXPECT_FAILS(refused, ErrorKind::malformed);
  EXPECT_THAT(refused.error().message, ::testing::HasSubstr("ascending order"));
}

TEST_F(RecordTest, EveryWrapIsCurrentForSomething) {  // CAP-08
  EXPECT_FAILS(parse_capsule(with_second_wrap([](v1::Wrap& wrap) { wrap.set_generation(1); })), ErrorKind::malformed);
}

TEST_F(RecordTest, EveryCompartmentHasAWrap) {  // CAP-08
  const Bytes record = testing::edit_wrap(
      fresh.record, [](v1::Wrap& wrap) { wrap.mutable_compartments()->DeleteSubrange(0, 1); }, &producer());
  EXPECT_FAILS(parse_capsule(record), ErrorKind::malformed);
}

TEST_F(RecordTest, AWrapHoldsCompartmentsOfTheCoreOnly) {  // CAP-07
  const Bytes record = testing::edit_wrap(
      fresh.record,
      [](v1::Wrap& wrap) {
        *wrap.add_compartments() = wrap.compartments(0);
        wrap.mutable_compartments(2)->set_name("genomic");
      },
      &producer());
  EXPECT_FAILS(parse_capsule(record), ErrorKind::malformed);
}

TEST_F(RecordTest, IsReadStrictly) {  // PB-03, PB-05
  EXPECT_FAILS(parse_capsule(testing::edit_capsule(fresh.record, [](v1::Capsule& c) { c.clear_core(); })),
               ErrorKind::malformed);
  Bytes unknown = fresh.record;
  unknown.insert(unknown.end(), {0x20, 0x01});
  unknown[15] = static_cast<std::uint8_t>(unknown[15] + 2);
  unknown[14] = static_cast<std::uint8_t>(unknown[14] + (unknown[15] < 2 ? 1 : 0));
  const auto refused = parse_capsule(unknown);
  EXPECT_FAILS(refused, ErrorKind::malformed);
  EXPECT_THAT(refused.error().message, ::testing::HasSubstr("unknown field"));
}

TEST_F(RecordTest, SignaturesHaveTheirSizeAndBothHalvesCount) {  // CAP-03, CAP-05, SIG-01
  const auto with_signatures = [&](const std::function<void(std::string&)>& edit, bool core) {
    return verify(testing::edit_capsule(fresh.record, [&](v1::Capsule& c) {
      edit(core ? *c.mutable_core_signature() : *c.mutable_wraps(0)->mutable_signature());
    }));
  };
  for (const bool core : {true, false}) {
    EXPECT_FAILS(with_signatures([](std::string& s) { s.clear(); }, core), ErrorKind::malformed);
    EXPECT_FAILS(with_signatures([](std::string& s) { s.pop_back(); }, core), ErrorKind::malformed);
    EXPECT_FAILS(with_signatures([](std::string& s) { s.push_back(0); }, core), ErrorKind::malformed);
    EXPECT_FAILS(with_signatures([](std::string& s) { s[0] = static_cast<char>(s[0] ^ 1); }, core), ErrorKind::forged);
    EXPECT_FAILS(with_signatures([](std::string& s) { s[64] = static_cast<char>(s[64] ^ 1); }, core),
                 ErrorKind::forged);
    EXPECT_FAILS(with_signatures([](std::string& s) { s.replace(0, 64, 64, '\0'); }, core), ErrorKind::forged);
    EXPECT_FAILS(with_signatures([](std::string& s) { s.replace(64, 3309, 3309, '\0'); }, core), ErrorKind::forged);
  }
}

TEST_F(RecordTest, SignaturesOfOneRoleServeNoOther) {
  const Bytes crossed = testing::edit_capsule(fresh.record, [&](v1::Capsule& c) {
    const Bytes signature = producer().sign("object", as_bytes(c.core()));
    c.set_core_signature({signature.begin(), signature.end()});
  });
  EXPECT_FAILS(verify(crossed), ErrorKind::forged);
}

TEST_F(RecordTest, AnUnknownProducerIsForged) {  // CAP-03
  const Signer& stranger = world.signer("stranger");
  const Id id = stranger.verifier().id();
  const Bytes record = testing::edit_core_and_follow(
      fresh.record,
      [&](v1::Core& core) {
        core.set_producer({id.begin(), id.end()});
      },
      stranger);
  EXPECT_FAILS(verify(record), ErrorKind::forged);
}

TEST_F(RecordTest, TheCapsuleOfAnotherDatasetIsForged) {
  const Bytes record = testing::edit_core_and_follow(
      fresh.record, [](v1::Core& core) { core.set_dataset("registry"); }, producer());
  EXPECT_FAILS(verify(record), ErrorKind::forged);
}

TEST_F(RecordTest, GenerationZeroIsTheProducersAndLaterOnesAreTheOwners) {  // CAP-05
  EXPECT_FAILS(verify(testing::edit_wrap(
                   fresh.record, [](v1::Wrap&) {}, &owner())),
               ErrorKind::forged);
  const auto later = [](v1::Wrap& wrap) { wrap.set_generation(1); };
  EXPECT_OK(verify(testing::edit_wrap(fresh.record, later, &owner())));
  EXPECT_FAILS(verify(testing::edit_wrap(fresh.record, later, &producer())), ErrorKind::forged);
  EXPECT_FAILS(verify(testing::edit_wrap(fresh.record, later, &world.signer("stranger"))), ErrorKind::forged);
}

TEST_F(RecordTest, AnOwnerWhomThePolicyDoesNotNameCannotRewrap) {
  const Signer& stranger = world.signer("stranger");
  const Id id = stranger.verifier().id();
  Bytes record = testing::edit_core_and_follow(
      fresh.record,
      [&](v1::Core& core) {
        core.set_owner({id.begin(), id.end()});
      },
      producer());
  const auto later = [](v1::Wrap& wrap) { wrap.set_generation(1); };
  EXPECT_FAILS(verify(testing::edit_wrap(record, later, &stranger)), ErrorKind::forged);
  EXPECT_FAILS(verify(testing::edit_wrap(record, later, &owner())), ErrorKind::forged);  // not the core's owner
}

}  // namespace
}  // namespace triclave::capsule
