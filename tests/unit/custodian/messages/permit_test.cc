#include "custodian/messages/permit.h"

#include <functional>

#include "base/hash.h"
#include "base/labels.h"
#include "base/message.h"
#include "capsule/fields.h"
#include "custodian/messages/signed_record.h"
#include "format/permit.pb.h"
#include "support/result.h"

namespace triclave::custodian {
namespace {

using namespace std::chrono_literals;
using capsule::to_field;
using std::chrono::sys_seconds;

const sys_seconds kBegin{1'800'000'000s}, kEnd{1'900'000'000s};

const Signer& authority() {
  static const Signer signer = Signer::generate("access body");
  return signer;
}
const Signer& stranger() {
  static const Signer signer = Signer::generate("stranger");
  return signer;
}

PermitTerms terms() {
  return {stranger().verifier().id(), "cohort", {"identifiers", "clinical"}, "Étude OSIRIS", kBegin, kEnd, 3, true};
}

// The record of a permit whose message was changed before it was signed.
Bytes signed_anyway(const std::function<void(v1::Permit&)>& change) {
  v1::Permit permit;
  const Bytes right = parse_permit(issue_permit(terms(), authority()).value())->bytes;
  EXPECT_TRUE(permit.ParseFromArray(right.data(), static_cast<int>(right.size())));
  change(permit);
  const Bytes bytes = format::serialize(permit);
  v1::SignedPermit message;
  message.set_permit(to_field(bytes));
  message.set_authority_key(to_field(authority().verifier().public_key()));
  message.set_signature(to_field(authority().sign(role::kPermit, bytes)));
  return write_record(format::RecordKind::permit, message);
}

TEST(Permit, SaysWhatWasIssued) {
  const auto record = issue_permit(terms(), authority());
  ASSERT_OK(record);
  const auto permit = read_permit(*record);
  ASSERT_OK(permit);
  EXPECT_EQ(permit->authority, authority().verifier().id());
  EXPECT_EQ(permit->terms.requester, stranger().verifier().id());
  EXPECT_EQ(permit->terms.dataset, "cohort");
  EXPECT_EQ(permit->terms.compartments, (std::vector<std::string>{"clinical", "identifiers"}));
  EXPECT_EQ(permit->terms.purpose, "Étude OSIRIS");
  EXPECT_EQ(permit->terms.not_before, kBegin);
  EXPECT_EQ(permit->terms.not_after, kEnd);
  EXPECT_EQ(permit->terms.most_releases, 3U);
  EXPECT_TRUE(permit->terms.needs_approval);
  EXPECT_NE(permit->id, read_permit(issue_permit(terms(), authority()).value())->id);
  EXPECT_EQ(parse_permit(*record)->hash, sha256(parse_permit(*record)->bytes));
}

TEST(Permit, WhatMakesNoSenseIsNotIssued) {
  const auto refused = [](const std::function<void(PermitTerms&)>& change) {
    PermitTerms changed = terms();
    change(changed);
    EXPECT_FAILS(issue_permit(changed, authority()), ErrorKind::invalid_argument);
  };
  refused([](PermitTerms& t) { t.dataset = "Cohort"; });
  refused([](PermitTerms& t) { t.compartments.clear(); });
  refused([](PermitTerms& t) { t.compartments = {"clinical", "clinical"}; });
  refused([](PermitTerms& t) { t.compartments = {"a b"}; });
  refused([](PermitTerms& t) { t.compartments.assign(65, "c"); });
  refused([](PermitTerms& t) { t.purpose.clear(); });
  refused([](PermitTerms& t) { t.purpose = "line\nbreak"; });
  refused([](PermitTerms& t) { t.purpose.assign(257, 'p'); });
  refused([](PermitTerms& t) { t.not_after = t.not_before - 1s; });
  refused([](PermitTerms& t) { t.not_before = sys_seconds{-1s}; });
  refused([](PermitTerms& t) { t.not_after = sys_seconds{253'402'300'800s}; });
}

TEST(Permit, ASignatureDoesNotMakeADamagedOneRight) {
  EXPECT_OK(read_permit(signed_anyway([](v1::Permit&) {})));
  const auto refused = [](const std::function<void(v1::Permit&)>& change) {
    EXPECT_FAILS(read_permit(signed_anyway(change)), ErrorKind::malformed);
  };
  refused([](v1::Permit& p) { p.mutable_id()->pop_back(); });
  refused([](v1::Permit& p) { p.mutable_requester()->push_back('x'); });
  refused([](v1::Permit& p) { p.mutable_authority()->clear(); });
  refused([](v1::Permit& p) { p.set_dataset("../cohort"); });
  refused([](v1::Permit& p) { p.clear_compartments(); });
  refused([](v1::Permit& p) { p.mutable_compartments()->SwapElements(0, 1); });
  refused([](v1::Permit& p) { *p.mutable_compartments(1) = p.compartments(0); });
  refused([](v1::Permit& p) {
    for (int i = 0; i < 64; ++i) p.add_compartments("x");
  });
  refused([](v1::Permit& p) { p.clear_purpose(); });
  refused([](v1::Permit& p) { p.set_not_after(p.not_before() - 1); });
  refused([](v1::Permit& p) { p.set_not_after(~std::uint64_t{0}); });
  refused([](v1::Permit& p) { p.set_not_before(~std::uint64_t{0}); });
}

TEST(Permit, AnotherAuthorityIsForged) {
  EXPECT_FAILS(read_permit(signed_anyway([](v1::Permit& p) { p.set_authority(std::string(32, 'a')); })),
               ErrorKind::forged);
}

TEST(Permit, EveryFlippedByteIsRefused) {
  const Bytes record = issue_permit(terms(), authority()).value();
  // Of the key and the signature one byte in 97 is enough: each bit of both is covered alike.
  for (std::size_t i = 0; i < record.size(); i += i < 200 ? 1 : 97) {
    Bytes changed = record;
    changed[i] ^= 1;
    EXPECT_FALSE(read_permit(changed).has_value()) << i;
  }
  for (std::size_t i = 0; i < record.size(); i += i < 200 ? 1 : 97)
    EXPECT_FALSE(read_permit(ByteView(record).first(i)).has_value()) << i;
}

TEST(Permit, AnotherRecordIsNotOne) {
  Bytes record = issue_permit(terms(), authority()).value();
  EXPECT_FAILS(read_revocation(record), ErrorKind::malformed);
  record.push_back(0);
  EXPECT_FAILS(read_permit(record), ErrorKind::malformed);
  record.resize(kMaxPermitRecord + 1);
  EXPECT_FAILS(read_permit(record), ErrorKind::malformed);
}

TEST(Permit, CoversWhatItNamesWhileItHolds) {
  const Permit permit = read_permit(issue_permit(terms(), authority()).value()).value();
  EXPECT_OK(check_covers(permit, "cohort", {"clinical", "identifiers"}, kBegin));
  EXPECT_OK(check_covers(permit, "cohort", {"identifiers"}, kEnd));
  EXPECT_FAILS(check_covers(permit, "cohort", {"identifiers"}, kBegin - 1s), ErrorKind::permit_refused);
  EXPECT_FAILS(check_covers(permit, "cohort", {"identifiers"}, kEnd + 1s), ErrorKind::permit_refused);
  EXPECT_FAILS(check_covers(permit, "registry", {"identifiers"}, kEnd), ErrorKind::permit_refused);
  EXPECT_FAILS(check_covers(permit, "cohort", {"clinical", "images"}, kEnd), ErrorKind::permit_refused);
}

TEST(Revocation, NamesPermitAndTime) {
  const Permit permit = read_permit(issue_permit(terms(), authority()).value()).value();
  const auto record = revoke_permit(permit, authority(), kBegin);
  ASSERT_OK(record);
  const auto revocation = read_revocation(*record);
  ASSERT_OK(revocation);
  EXPECT_EQ(revocation->permit, permit.id);
  EXPECT_EQ(revocation->authority, authority().verifier().id());
  EXPECT_EQ(revocation->time, kBegin);
  EXPECT_FAILS(revoke_permit(permit, stranger(), kBegin), ErrorKind::invalid_argument);
  EXPECT_FAILS(read_permit(*record), ErrorKind::malformed);
}

TEST(Revocation, EveryFlippedByteIsRefused) {
  const Permit permit = read_permit(issue_permit(terms(), authority()).value()).value();
  const Bytes record = revoke_permit(permit, authority(), kBegin).value();
  for (std::size_t i = 0; i < record.size(); i += i < 100 ? 1 : 97) {
    Bytes changed = record;
    changed[i] ^= 1;
    EXPECT_FALSE(read_revocation(changed).has_value()) << i;
    EXPECT_FALSE(read_revocation(ByteView(record).first(i)).has_value()) << i;
  }
}

// A permit's signature is none of a revocation, and a signature of other statements is none.
TEST(Revocation, AnotherRoleOrShapeIsRefused) {
  const auto record = [](const Bytes& statement, std::string_view as) {
    v1::SignedRevocation message;
    message.set_revocation(to_field(statement));
    message.set_authority_key(to_field(authority().verifier().public_key()));
    message.set_signature(to_field(authority().sign(as, statement)));
    return write_record(format::RecordKind::revocation, message);
  };
  const Id id = authority().verifier().id();
  const Bytes right = M({id, Bytes(16), std::uint64_t{1}});
  EXPECT_OK(read_revocation(record(right, role::kRevocation)));
  EXPECT_FAILS(read_revocation(record(right, role::kPermit)), ErrorKind::forged);
  EXPECT_FAILS(read_revocation(record(M({Id{}, Bytes(16), std::uint64_t{1}}), role::kRevocation)), ErrorKind::forged);
  for (const Bytes& wrong :
       {M({id, Bytes(16)}), M({id, Bytes(15), std::uint64_t{1}}), M({id, Bytes(16), std::uint32_t{1}}),
        M({id, Bytes(16), std::uint64_t{1}, ""}), M({id, Bytes(16), ~std::uint64_t{0}})})
    EXPECT_FAILS(read_revocation(record(wrong, role::kRevocation)), ErrorKind::malformed);
}

}  // namespace
}  // namespace triclave::custodian
