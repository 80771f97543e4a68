#include "triclave/opener.h"

#include "base/text_codec.h"
#include "support/sealing.h"
#include "support/sources.h"

namespace triclave::envelope {
namespace {

using namespace ::triclave::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

const Access kFresh = {"all(owner, 2 of (outscale-2, ovh-2, orange-2))", "2 of (outscale-2, ovh-2, orange-2)", ""};

class OpenerTest : public Sealing {
 protected:
  Bytes rewrapped(const Names& compartments = {}) {
    Opener reader = opener();
    auto record = reader.rewrap(sealer.capsule_id(), fresh_policy, owner(), compartments);
    EXPECT_OK(record);
    return *record;
  }
  Policy fresh_policy = world.policy(kFresh);
  const Bytes plain = sample(3000);
};

TEST_F(OpenerTest, WithoutTheCapsuleThereIsAClearError) {
  Opener reader = stranger_to_all();
  const auto refused = opened(reader, seal(plain));
  EXPECT_FAILS(refused, ErrorKind::invalid_argument);
  EXPECT_THAT(refused.error().message, HasSubstr(to_hex(ByteView(sealer.capsule_id()).first(8))));
  EXPECT_FALSE(reader.knows(sealer.capsule_id()));
  EXPECT_FAILS(reader.unlock(sealer.capsule_id()), ErrorKind::invalid_argument);
  EXPECT_FAILS(reader.rehearse(sealer.capsule_id(), "clinical"), ErrorKind::invalid_argument);
  EXPECT_FAILS(reader.rewrap(sealer.capsule_id(), fresh_policy, owner()), ErrorKind::invalid_argument);
}

TEST_F(OpenerTest, AnEmbeddedCapsuleIsEnough) {
  Opener reader = stranger_to_all();
  const auto back = opened(reader, seal(plain, {true, false}));
  ASSERT_OK(back);
  EXPECT_EQ(*back, plain);
  EXPECT_TRUE(reader.knows(sealer.capsule_id()));
  EXPECT_OK(opened(reader, seal(plain)));  // and serves detached objects of its session
}

TEST_F(OpenerTest, AddingACapsuleTellsWhatItSays) {
  Opener reader = stranger_to_all();
  const auto info = reader.add_capsule(sealer.capsule());
  ASSERT_OK(info);
  EXPECT_EQ(info->id, sealer.capsule_id());
  EXPECT_EQ(info->compartments.size(), 2u);
  EXPECT_OK(reader.add_capsule(sealer.capsule()));
}

TEST_F(OpenerTest, ACapsuleThatNobodyVouchesForIsNotTaken) {
  Opener reader = stranger_to_all();
  const Bytes changed = edit_wrap(
      sealer.capsule(), [](v1::Wrap& wrap) { wrap.mutable_recipients(0)->mutable_enc()->at(0) ^= 1; }, nullptr);
  EXPECT_FAILS(reader.add_capsule(changed), ErrorKind::forged);
  EXPECT_FAILS(reader.add_capsule(as_bytes("no capsule")), ErrorKind::malformed);
  EXPECT_FALSE(reader.knows(sealer.capsule_id()));
}

TEST_F(OpenerTest, UnlockAsksEachRecipientOnceForAllCompartments) {
  std::atomic<int> calls = 0;
  Owned providers;
  for (const char* name : {"owner", "outscale", "ovh"}) providers.push_back(counting(world.provider(name), calls));
  Opener reader = opener_with(std::move(providers));
  const auto report = reader.unlock(sealer.capsule_id());
  ASSERT_OK(report);
  EXPECT_THAT(report->used, UnorderedElementsAre("owner", "outscale", "ovh"));
  EXPECT_EQ(calls, 3);
  EXPECT_OK(opened(reader, seal(plain, {}, "identifiers")));
  EXPECT_OK(opened(reader, seal(plain, {}, "clinical")));
  ASSERT_OK(reader.unlock(sealer.capsule_id()));
  EXPECT_EQ(calls, 3);
}

TEST_F(OpenerTest, OneCompartmentAsksForNoOther) {
  Owned providers;
  std::vector<MaskRequest> requests;
  providers.push_back(recording(world.provider("ovh"), requests));
  providers.push_back(world.provider("orange"));
  Opener reader = opener_with(std::move(providers));
  EXPECT_OK(opened(reader, seal(plain, {}, "clinical")));
  ASSERT_EQ(requests.size(), 1u);
  ASSERT_EQ(requests[0].items.size(), 1u);
  EXPECT_EQ(requests[0].items[0].compartment, "clinical");
}

TEST_F(OpenerTest, TooFewAreNamedOneByOne) {
  Owned providers;
  providers.push_back(dead(world.provider("outscale")));
  providers.push_back(lying(world.provider("ovh")));
  Opener reader = opener_with(std::move(providers));
  const auto refused = opened(reader, seal(plain));
  EXPECT_FAILS(refused, ErrorKind::quorum_short);
  EXPECT_THAT(names_of(refused.error().culprits), ElementsAre("orange", "outscale", "ovh"));
  for (const Culprit& each : refused.error().culprits)
    EXPECT_EQ(each.kind, each.who == "ovh" ? ErrorKind::forged : ErrorKind::custodian_unavailable);
  EXPECT_THAT(refused.error().message, HasSubstr("2 of (outscale, ovh, orange)"));
}

TEST_F(OpenerTest, ALiarIsReportedThoughTheOthersSuffice) {
  Owned providers = world.providers({"outscale", "orange"});
  providers.push_back(lying(world.provider("ovh")));
  Opener reader = opener_with(std::move(providers));
  const Names clinical = {"clinical"};
  const auto report = reader.unlock(sealer.capsule_id(), clinical);
  ASSERT_OK(report);
  EXPECT_OK(opened(reader, seal(plain)));
}

TEST_F(OpenerTest, AnUnknownCompartmentIsRefused) {
  Opener reader = opener();
  const Names unknown = {"genomic"};
  EXPECT_FAILS(reader.unlock(sealer.capsule_id(), unknown), ErrorKind::invalid_argument);
  EXPECT_FAILS(reader.rehearse(sealer.capsule_id(), "genomic"), ErrorKind::invalid_argument);
  EXPECT_FAILS(reader.rewrap(sealer.capsule_id(), fresh_policy, owner(), unknown), ErrorKind::invalid_argument);
}

TEST_F(OpenerTest, MovesWithEverythingItKnows) {
  Opener first = opener();
  Opener second = std::move(first);
  EXPECT_OK(opened(second, seal(plain)));
}

TEST_F(OpenerTest, RehearsesEachMinimalCoalition) {
  Opener reader = opener({"owner", "outscale", "ovh", "orange"});
  const auto reports = reader.rehearse(sealer.capsule_id(), "identifiers");
  ASSERT_OK(reports);
  std::vector<Names> used;
  for (const GatherReport& each : *reports) {
    used.push_back(each.used);
    std::sort(used.back().begin(), used.back().end());
  }
  EXPECT_THAT(used,
              UnorderedElementsAre(ElementsAre("outscale", "ovh", "owner"), ElementsAre("orange", "outscale", "owner"),
                                   ElementsAre("orange", "ovh", "owner")));
  Opener two = opener({"outscale", "orange"});
  const auto one = two.rehearse(sealer.capsule_id(), "clinical");
  ASSERT_OK(one);
  ASSERT_EQ(one->size(), 1u);
  const auto refused = two.rehearse(sealer.capsule_id(), "identifiers");
  EXPECT_FAILS(refused, ErrorKind::quorum_short);
  EXPECT_THAT(names_of(refused.error().culprits), ElementsAre("ovh", "owner"));
}

TEST_F(OpenerTest, ARewrapLeavesObjectsAsTheyAre) {
  const Bytes object = seal(plain);
  const Bytes record = rewrapped();
  Opener reader = Opener::make(policy, world.providers({"ovh-2", "orange-2"}));
  const auto info = reader.add_capsule(record);
  ASSERT_OK(info);
  EXPECT_EQ(info->id, sealer.capsule_id());
  EXPECT_EQ(info->compartments[0].generation, 1u);
  const auto back = opened(reader, object);
  ASSERT_OK(back);
  EXPECT_EQ(*back, plain);
  Opener former = Opener::make(policy, world.providers({"owner", "outscale", "ovh", "orange"}));
  ASSERT_OK(former.add_capsule(record));
  EXPECT_FAILS(opened(former, object), ErrorKind::quorum_short);
}

TEST_F(OpenerTest, OfTwoRecordsTheLaterGenerationCounts) {
  const Bytes record = rewrapped();
  for (const bool late_first : {true, false}) {
    Opener reader = Opener::make(policy, world.providers({"ovh-2", "orange-2"}));
    ASSERT_OK(reader.add_capsule(late_first ? record : sealer.capsule()));
    ASSERT_OK(reader.add_capsule(late_first ? sealer.capsule() : record));
    EXPECT_OK(opened(reader, seal(plain)));
  }
}

// Rewrapping leaves sealed objects alone, so those with an embedded capsule keep the old one.
TEST_F(OpenerTest, ALaterCapsuleAtHandReplacesAnEmbeddedOne) {
  const auto memory = file_generation_memory(world.folder() / "generations");
  const Bytes object = seal(plain, {true, false});
  const Bytes record = rewrapped();
  for (int round = 0; round < 2; ++round) {  // the second time, the later generation has been seen
    Opener reader = Opener::make(policy, world.providers({"ovh-2", "orange-2"}), memory.get());
    ASSERT_OK(reader.add_capsule(record));
    const auto back = opened(reader, object);
    ASSERT_OK(back);
    EXPECT_EQ(*back, plain);
  }
}

TEST_F(OpenerTest, AnOldGenerationPlayedBackIsForged) {  // CAP-12
  const auto memory = file_generation_memory(world.folder() / "generations");
  const Bytes record = rewrapped();
  {
    Opener reader = Opener::make(policy, world.providers({"ovh-2", "orange-2"}), memory.get());
    ASSERT_OK(reader.add_capsule(record));
    EXPECT_OK(opened(reader, seal(plain)));
  }
  Opener reader = Opener::make(policy, world.providers({"outscale", "ovh", "owner"}), memory.get());
  const auto refused = reader.add_capsule(sealer.capsule());
  EXPECT_FAILS(refused, ErrorKind::forged);
  EXPECT_THAT(refused.error().message, HasSubstr("generation 1 was seen"));
  EXPECT_FAILS(opened(reader, seal(plain, {true, false})), ErrorKind::forged);
}

// Somebody else may see the later one while this opener holds the old one.
TEST_F(OpenerTest, TheMemoryIsAskedAgainBeforeAnybodyIs) {
  const auto memory = file_generation_memory(world.folder() / "generations");
  std::atomic<int> calls = 0;
  Owned providers;
  for (const char* name : {"outscale", "ovh"}) providers.push_back(counting(world.provider(name), calls));
  Opener reader = opener_with(std::move(providers), memory.get());
  ASSERT_OK(memory->remember(sealer.capsule_id(), "clinical", 1));
  EXPECT_FAILS(opened(reader, seal(plain)), ErrorKind::forged);
  EXPECT_EQ(calls, 0);
}

TEST_F(OpenerTest, AGenerationIsRememberedOnceItHasOpened) {
  const auto memory = file_generation_memory(world.folder() / "generations");
  const Names identifiers = {"identifiers"};
  const Bytes record = rewrapped(identifiers);
  Opener reader =
      Opener::make(policy, world.providers({"owner", "outscale-2", "ovh-2", "outscale", "ovh"}), memory.get());
  ASSERT_OK(reader.add_capsule(record));
  EXPECT_EQ(memory->highest(sealer.capsule_id(), "identifiers").value(), 0u);
  ASSERT_OK(reader.unlock(sealer.capsule_id()));
  EXPECT_EQ(memory->highest(sealer.capsule_id(), "identifiers").value(), 1u);
  EXPECT_EQ(memory->highest(sealer.capsule_id(), "clinical").value(), 0u);
}

TEST_F(OpenerTest, AMemoryThatCannotBeReadIsAnError) {
  const auto memory = file_generation_memory(world.folder().path());
  Opener reader = Opener::make(policy, world.providers({"outscale", "ovh"}), memory.get());
  EXPECT_FAILS(reader.add_capsule(sealer.capsule()), ErrorKind::io);
}

TEST_F(OpenerTest, ReplacingTheCapsuleChangesNothingElse) {
  const Bytes record = rewrapped();
  for (const bool embedded : {true, false}) {
    const Bytes object = seal(plain, {embedded, true});
    Bytes replaced;
    const auto sink = memory_sink(replaced);
    const auto source = memory_source(object);
    ASSERT_OK(replace_capsule(*source, record, *sink));
    const auto before = take_apart(object);
    const auto after = take_apart(replaced);
    EXPECT_EQ(after.header_bytes, before.header_bytes);
    EXPECT_EQ(after.rest, before.rest);
    EXPECT_EQ(after.capsule, record);
    Opener reader = Opener::make(policy, world.providers({"ovh-2", "orange-2"}));
    const auto back = opened(reader, replaced);
    ASSERT_OK(back);
    EXPECT_EQ(*back, plain);
  }
  const Bytes foreign = sealer_for(policy).capsule();
  const Bytes object = seal(plain);
  const auto source = memory_source(object);
  Bytes out;
  const auto sink = memory_sink(out);
  EXPECT_FAILS(replace_capsule(*source, foreign, *sink), ErrorKind::forged);
  EXPECT_FAILS(replace_capsule(*source, as_bytes("no capsule"), *sink), ErrorKind::malformed);
}

TEST_F(OpenerTest, AHeaderMustFitItsCapsule) {  // OBJ-02
  Opener reader = opener({"owner", "outscale", "ovh"});
  const Bytes object = seal(plain, {true, false});
  EXPECT_FAILS(opened(reader, edit_header(object, [](v1::ObjectHeader& h) { h.set_dataset("registry"); })),
               ErrorKind::forged);
  EXPECT_FAILS(opened(reader, edit_header(object, [](v1::ObjectHeader& h) { h.set_streams(0, "genomic"); })),
               ErrorKind::forged);
  const auto parts = take_apart(object);
  EXPECT_FAILS(opened(reader, put_together(parts.header_bytes, sealer_for(policy).capsule(), parts.rest)),
               ErrorKind::forged);
}

TEST_F(OpenerTest, SealingNamesItsErrors) {
  const Names unknown = {"genomic"};
  EXPECT_FAILS(Sealer::make(policy, producer(), unknown), ErrorKind::invalid_argument);
  EXPECT_FAILS(Sealer::make(policy, world.signer("stranger")), ErrorKind::invalid_argument);
  Access denied;
  denied.more = "rules { deny_coalition: \"FR\" }\n";
  EXPECT_FAILS(Sealer::make(world.policy(denied), producer()), ErrorKind::policy_refused);
}

}  // namespace
}  // namespace triclave::envelope
