#include "triclave/erasure.h"

#include <map>

#include "base/labels.h"
#include "capsule/fields.h"
#include "capsule/rewrap.h"
#include "format/erasure.pb.h"
#include "format/record.h"
#include "format/strict.h"
#include "session.h"

namespace triclave::capsule {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr std::uint64_t kTime = 1'790'000'000;

// Identifiers open by all(owner, 2 of (outscale, ovh, orange)), clinical by 2 of them.
class ErasureTest : public Session {
 protected:
  ErasureTest() { policies.push_back(world.policy()); }

  KeyEvidence logged(const std::string& name) const {
    return {world.key_id(name), DestroyedBy::log, kTime - 60, name + ".example", 7};
  }
  KeyEvidence owners_word() const { return {world.key_id("owner"), DestroyedBy::owner, kTime - 60, "", 0}; }
  ErasureEvidence evidence(std::vector<KeyEvidence> keys, const Names& released = {}) const {
    ErasureEvidence out{std::move(keys), {}, {}, {}};
    for (const std::string& name : released) out.released.push_back({world.key_id(name), "clinical"});
    for (const char* name : {"outscale", "ovh", "orange"}) out.logs.push_back({name + std::string(".example"), 9, {}});
    for (const char* name : {"outscale", "ovh", "orange", "outscale-2", "ovh-2", "orange-2"})
      out.created.push_back(world.key_id(name));
    return out;
  }
  Result<Bytes> certify(const ErasureEvidence& known, std::vector<Bytes> capsules = {}) const {
    if (capsules.empty()) capsules.push_back(fresh.record);
    return certify_erasure(capsules, policies, known, owner(), kTime);
  }
  std::map<std::string, CompartmentVerdict> verdicts(const ErasureEvidence& known,
                                                     std::vector<Bytes> capsules = {}) const {
    const auto record = certify(known, std::move(capsules));
    EXPECT_OK(record);
    const auto read = verify_erasure(*record, owner().verifier());
    EXPECT_OK(read);
    std::map<std::string, CompartmentVerdict> out;
    for (const CompartmentVerdict& each : read->compartments) out[each.compartment] = each;
    return out;
  }
  // The next generation, for the custodians' second keys.
  Bytes rewrapped() {
    policies.push_back(world.policy({"all(owner, 2 of (outscale-2, ovh-2, orange-2))",
                                     "2 of (outscale-2, ovh-2, orange-2)"}));
    std::vector<CompartmentSecret> secrets;
    for (const char* name : {"identifiers", "clinical"})
      secrets.push_back({name, std::move(open(fresh.record, {"owner", "ovh", "orange"}, name)->secret)});
    auto next = rewrap(parsed(), secrets, policies.back(), owner());
    EXPECT_OK(next);
    return *next;
  }

  // The certificate with another statement, signed again.
  template <class Edit>
  static Bytes edited(const Bytes& record, const Signer& signer, Edit&& edit) {
    v1::SignedErasure message;
    EXPECT_TRUE(message.ParseFromArray(record.data() + format::kPreambleSize,
                                       static_cast<int>(record.size() - format::kPreambleSize)));
    v1::ErasureStatement statement;
    EXPECT_TRUE(statement.ParseFromString(message.statement()));
    edit(statement);
    message.set_statement(to_field(format::serialize(statement)));
    message.set_signature(to_field(signer.sign(role::kErasure, as_bytes(message.statement()))));
    Bytes out;
    format::put_preamble(out, format::RecordKind::erasure);
    const Bytes body = format::serialize(message);
    out.insert(out.end(), body.begin(), body.end());
    return out;
  }

  std::vector<Policy> policies;
};

TEST_F(ErasureTest, NothingIsDeadWithoutEvidence) {
  const auto found = verdicts(evidence({}));
  EXPECT_FALSE(found.at("clinical").dead);
  const auto& living = found.at("clinical").living;
  ASSERT_EQ(living.size(), 1u);
  EXPECT_EQ(living[0].coalitions.size(), 3u);
}

TEST_F(ErasureTest, TheOwnersWordKillsWhatNeedsTheOwner) {
  const auto found = verdicts(evidence({owners_word()}));
  EXPECT_TRUE(found.at("identifiers").dead);
  EXPECT_TRUE(found.at("identifiers").quantum_dead);
  EXPECT_THAT(found.at("identifiers").living, IsEmpty());
  EXPECT_FALSE(found.at("clinical").dead);
}

TEST_F(ErasureTest, TwoOfThreeDieWithTwo) {
  EXPECT_FALSE(verdicts(evidence({logged("ovh")})).at("clinical").dead);
  const auto found = verdicts(evidence({logged("ovh"), logged("orange")}));
  EXPECT_TRUE(found.at("clinical").dead);
  EXPECT_TRUE(found.at("identifiers").dead);
}

TEST_F(ErasureTest, AReleasedMaskLivesOn) {
  const auto found = verdicts(evidence({logged("ovh"), logged("orange")}, {"ovh"}));
  EXPECT_TRUE(found.at("identifiers").dead);  // nothing of it was released
  const CompartmentVerdict& clinical = found.at("clinical");
  EXPECT_FALSE(clinical.dead);
  ASSERT_EQ(clinical.living.size(), 1u);
  EXPECT_THAT(clinical.living[0].released, ElementsAre("ovh"));
  EXPECT_THAT(clinical.living[0].coalitions, ElementsAre(ElementsAre("outscale")));
}

TEST_F(ErasureTest, EveryGenerationCounts) {
  const Bytes next = rewrapped();
  const auto found = verdicts(evidence({logged("ovh"), logged("orange")}), {fresh.record, next});
  ASSERT_EQ(found.at("clinical").living.size(), 1u);
  EXPECT_EQ(found.at("clinical").living[0].generation, 1u);
  EXPECT_FALSE(found.at("clinical").dead);
  auto known = evidence({logged("ovh"), logged("orange")});
  for (const char* name : {"outscale-2", "ovh-2"})
    known.keys.push_back({world.key_id(name), DestroyedBy::log, kTime, "ovh.example", 8});
  EXPECT_TRUE(verdicts(known, {fresh.record, next}).at("clinical").dead);
}

TEST_F(ErasureTest, AGenerationThatIsNotAtHandMayLive) {
  const Bytes next = rewrapped();
  auto known = evidence({logged("ovh"), logged("orange"), owners_word()});
  for (const char* name : {"outscale-2", "ovh-2"})
    known.keys.push_back({world.key_id(name), DestroyedBy::log, kTime, "ovh.example", 8});
  const auto found = verdicts(known, {next});
  for (const char* name : {"identifiers", "clinical"}) {
    EXPECT_FALSE(found.at(name).dead);
    ASSERT_EQ(found.at(name).living.size(), 1u);
    EXPECT_TRUE(found.at(name).living[0].missing);
    EXPECT_EQ(found.at(name).living[0].generation, 0u);
  }
}

TEST_F(ErasureTest, TheOwnerMaySpeakOfItsOwnKeysOnly) {
  KeyEvidence about_ovh = owners_word();
  about_ovh.key_id = world.key_id("ovh");
  const auto refused = certify(evidence({about_ovh}));
  EXPECT_FAILS(refused, ErrorKind::invalid_argument);
  EXPECT_THAT(refused.error().message, HasSubstr("ovh"));
  KeyEvidence unknown = owners_word();
  unknown.key_id = world.key_id("ovh-3");
  EXPECT_FAILS(certify(evidence({unknown})), ErrorKind::invalid_argument);
}

// A log that was begun anew does not tell what was released before.
TEST_F(ErasureTest, AKeysWholeLifeMustBeTold) {
  auto known = evidence({logged("ovh"), logged("orange")});
  std::erase(known.created, world.key_id("ovh"));
  const auto refused = certify(known);
  EXPECT_FAILS(refused, ErrorKind::invalid_argument);
  EXPECT_THAT(refused.error().message, HasSubstr("older log"));
}

TEST_F(ErasureTest, OnlyTheOwnerCertifiesAndOnlyWhatIsSigned) {
  const std::vector<Bytes> capsules = {fresh.record};
  EXPECT_FAILS(certify_erasure(capsules, policies, evidence({}), producer(), kTime), ErrorKind::invalid_argument);
  Bytes broken = fresh.record;
  broken[broken.size() - 1] ^= 1;
  EXPECT_FAILS(certify(evidence({}), {broken}), ErrorKind::forged);
}

TEST_F(ErasureTest, ACertificateStandsUnderItsOwnersSignatureOnly) {
  const Bytes record = certify(evidence({owners_word()})).value();
  EXPECT_FAILS(verify_erasure(record, world.signer("stranger").verifier()), ErrorKind::forged);
  EXPECT_FAILS(verify_erasure(fresh.record, owner().verifier()), ErrorKind::malformed);
  for (std::size_t cut = 0; cut < record.size(); cut += 97)
    EXPECT_FAILS(verify_erasure(ByteView(record).first(cut), owner().verifier()), ErrorKind::malformed) << cut;
  for (std::size_t at = 12; at < record.size(); at += 61) {
    Bytes flipped = record;
    flipped[at] ^= 4;
    EXPECT_FALSE(verify_erasure(flipped, owner().verifier())) << at;
  }
}

TEST_F(ErasureTest, AnOwnerOfAnotherNameIsForged) {
  const Bytes forged = edited(certify(evidence({})).value(), producer(), [](auto&) {});
  EXPECT_FAILS(verify_erasure(forged, producer().verifier()), ErrorKind::forged);
}

// What an owner signed, but no reader may take.
TEST_F(ErasureTest, EachRuleOfTheStatementIsKept) {
  using Edit = std::function<void(v1::ErasureStatement&)>;
  const auto key = [&](v1::ErasureStatement& s, const std::string& name) -> v1::ErasureKey& {
    for (auto& each : *s.mutable_keys())
      if (each.name() == name) return each;
    ADD_FAILURE() << name;
    return *s.mutable_keys(0);
  };
  const auto part = [](v1::ErasureStatement& s) { return s.mutable_capsules(0)->mutable_wraps(0)->mutable_compartments(1); };
  const std::vector<std::pair<Edit, ErrorKind>> edits = {
      {[](auto& s) { s.mutable_owner()->pop_back(); }, ErrorKind::malformed},
      {[](auto& s) { s.set_dataset("Cohort"); }, ErrorKind::malformed},
      {[](auto& s) { s.mutable_logs()->SwapElements(0, 1); }, ErrorKind::malformed},
      {[](auto& s) { s.mutable_logs(0)->set_root("short"); }, ErrorKind::malformed},
      {[](auto& s) { s.mutable_logs(0)->clear_origin(); }, ErrorKind::malformed},
      {[](auto& s) { s.mutable_keys()->SwapElements(0, 1); }, ErrorKind::malformed},
      {[](auto& s) { s.mutable_keys()->RemoveLast(); }, ErrorKind::malformed},
      {[](auto& s) { *s.add_keys() = s.keys(3); }, ErrorKind::malformed},
      {[](auto& s) { s.mutable_keys(0)->set_kem(0x20); }, ErrorKind::unsupported},
      {[](auto& s) { s.mutable_keys(0)->set_name("a\nb"); }, ErrorKind::malformed},
      {[](auto& s) { s.mutable_keys(0)->set_destroyed_by(3); }, ErrorKind::unsupported},
      {[&](auto& s) { key(s, "outscale").set_destroyed(kTime); }, ErrorKind::malformed},
      {[&](auto& s) { key(s, "outscale").set_log("ovh.example"); }, ErrorKind::malformed},
      {[&](auto& s) { key(s, "ovh").set_log("elsewhere.example"); }, ErrorKind::malformed},
      {[&](auto& s) { key(s, "ovh").set_entry(9); }, ErrorKind::malformed},
      {[&](auto& s) { key(s, "owner").set_entry(1); }, ErrorKind::malformed},
      {[](auto& s) { s.clear_capsules(); }, ErrorKind::malformed},
      {[](auto& s) { *s.add_capsules() = s.capsules(0); }, ErrorKind::malformed},
      {[](auto& s) { s.mutable_capsules(0)->clear_wraps(); }, ErrorKind::malformed},
      {[](auto& s) { *s.mutable_capsules(0)->add_wraps() = s.capsules(0).wraps(0); }, ErrorKind::malformed},
      {[](auto& s) { s.mutable_capsules(0)->mutable_wraps(0)->clear_wrap_hash(); }, ErrorKind::malformed},
      {[](auto& s) { s.mutable_capsules(0)->mutable_wraps(0)->clear_compartments(); }, ErrorKind::malformed},
      {[&](auto& s) { part(s)->set_name("identifiers"); }, ErrorKind::malformed},
      {[&](auto& s) { part(s)->set_policy("nonsense"); }, ErrorKind::malformed},
      {[&](auto& s) { part(s)->add_released("short"); }, ErrorKind::malformed},
      {[&](auto& s) { part(s)->add_released(to_field(world.key_id("owner"))); }, ErrorKind::malformed},
      {[&](auto& s) { for (int i = 0; i < 2; ++i) part(s)->add_released(to_field(world.key_id("ovh"))); },
       ErrorKind::malformed},
  };
  const Bytes record = certify(evidence({owners_word(), logged("ovh")})).value();
  EXPECT_OK(verify_erasure(edited(record, owner(), [](auto&) {}), owner().verifier()));
  for (std::size_t i = 0; i < edits.size(); ++i)
    EXPECT_FAILS(verify_erasure(edited(record, owner(), edits[i].first), owner().verifier()), edits[i].second) << i;
}

// A key that lives in a hardware module: classical, so a quantum attacker needs nobody's key.
TEST_F(ErasureTest, AClassicalKeyIsToldApart) {
  const Bytes record = edited(certify(evidence({logged("ovh"), logged("orange")})).value(), owner(), [](auto& statement) {
    for (auto& each : *statement.mutable_keys())
      if (each.name() == "ovh") each.set_kem(0x0011);
  });
  const auto read = verify_erasure(record, owner().verifier());
  ASSERT_OK(read);
  for (const CompartmentVerdict& each : read->compartments) {
    EXPECT_TRUE(each.dead);
    EXPECT_FALSE(each.quantum_dead);
  }
}

}  // namespace
}  // namespace triclave::capsule
