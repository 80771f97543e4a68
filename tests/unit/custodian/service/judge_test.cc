// Every reason for which a request is refused, with its kind.
#include <functional>

#include "base/message.h"
#include "base/unix_time.h"
#include "scene.h"

namespace triclave::custodian {
namespace {

using JudgeTest = ServiceTest;

TEST_F(JudgeTest, BytesThatAreNoRequest) {
  auto sent = scene.request();
  sent.pending.bytes.pop_back();
  EXPECT_FAILS(ask(sent), ErrorKind::malformed);
  sent.pending.bytes.assign(kMaxRequest + 1, 0);
  EXPECT_FAILS(ask(sent), ErrorKind::malformed);
  sent.pending.bytes.clear();
  EXPECT_FAILS(ask(sent), ErrorKind::malformed);
  sent = scene.request();
  sent.requester_key.pop_back();
  EXPECT_FAILS(ask(sent), ErrorKind::malformed);
  sent = scene.request();
  sent.pending.signature.pop_back();
  EXPECT_FAILS(ask(sent), ErrorKind::malformed);
  sent = scene.request();
  sent.permit.pop_back();
  EXPECT_FAILS(ask(sent), ErrorKind::malformed);
  sent.permit.assign(kMaxPermitRecord + 1, 0);
  EXPECT_FAILS(ask(sent), ErrorKind::malformed);
}

TEST_F(JudgeTest, AKeyThatIsNotOurs) {
  const HeldKey ours = scene.key;
  scene.key.id = Id{9};
  const auto sent = scene.request();
  scene.key = ours;
  EXPECT_FAILS(ask(sent), ErrorKind::permit_refused);
}

TEST_F(JudgeTest, ASignatureThatIsNotTheRequesters) {
  auto sent = scene.request();
  sent.pending.signature.front() ^= 1;
  EXPECT_FAILS(ask(sent), ErrorKind::forged);
  sent = scene.request();
  sent.requester_key = scene.owner.verifier().public_key();
  EXPECT_FAILS(ask(sent), ErrorKind::forged);
}

TEST_F(JudgeTest, AnotherRequestersPermit) {
  scene.terms.requester = scene.owner.verifier().id();
  EXPECT_FAILS(ask(scene.request()), ErrorKind::permit_refused);
}

TEST_F(JudgeTest, APermitThatTheRequestDoesNotName) {
  auto sent = scene.request();
  sent.permit = scene.permit();
  EXPECT_FAILS(ask(sent), ErrorKind::permit_refused);
}

TEST_F(JudgeTest, ATamperedPermit) {
  Bytes record = scene.permit();
  record.back() ^= 1;  // in the signature
  EXPECT_FAILS(ask(scene.request(scene.asked(), record)), ErrorKind::forged);
}

TEST_F(JudgeTest, APermitForSomethingElse) {
  const auto refused = [this](const std::function<void(PermitTerms&)>& change) {
    const PermitTerms right = scene.terms;
    change(scene.terms);
    EXPECT_FAILS(ask(scene.request()), ErrorKind::permit_refused);
    scene.terms = right;
  };
  refused([](PermitTerms& terms) { terms.dataset = "other"; });
  refused([](PermitTerms& terms) { terms.compartments = {"imaging"}; });
  refused([&](PermitTerms& terms) { terms.not_before = scene.clock + std::chrono::seconds(1); });
  refused([&](PermitTerms& terms) { terms.not_after = scene.clock - std::chrono::seconds(1); });
  EXPECT_OK(ask(scene.request()));
}

TEST_F(JudgeTest, ADatasetThatTheKeyIsNotFor) {
  scene.terms.dataset = "other";
  MaskRequest what = scene.asked();
  what.dataset = "other";
  EXPECT_FAILS(ask(scene.request(what, scene.permit())), ErrorKind::permit_refused);
}

TEST_F(JudgeTest, APolicyThatDoesNotAllowIt) {
  const auto refused = [this](const policy::CompartmentPolicy& policy, ErrorKind kind = ErrorKind::policy_refused) {
    MaskRequest what = scene.asked();
    what.items[0].policy = policy::serialize_compartment_policy(policy);
    EXPECT_FAILS(ask(scene.request(what, scene.permit())), kind);
  };
  auto policy = scene.policy();
  policy.authority = scene.owner.verifier().id();
  refused(policy, ErrorKind::permit_refused);
  policy.authority.reset();
  refused(policy, ErrorKind::permit_refused);
  policy = scene.policy();
  policy.expires = unix_seconds(scene.clock);
  refused(policy);
  policy = scene.policy();
  std::swap(policy.tree.children[0], policy.tree.children[1]);
  refused(policy);
  policy = scene.policy();
  policy.tree.children[0].key_id = Id{8};
  refused(policy);
  policy = scene.policy();
  policy.tree.k = 3;
  refused(policy, ErrorKind::malformed);
}

TEST_F(JudgeTest, APathToSomebodyElse) {
  MaskRequest what = scene.asked();
  for (const Bytes& path : {Bytes{}, Bytes{2}, Bytes{1, 1}}) {
    what.items[0].path = path;
    EXPECT_FAILS(ask(scene.request(what, scene.permit())), ErrorKind::policy_refused);
  }
}

TEST_F(JudgeTest, OneWrongItemAmongGoodOnes) {
  MaskRequest what = scene.asked();
  what.items.push_back(what.items[0]);
  what.items[1].compartment = "identifiers";
  EXPECT_FAILS(ask(scene.request(what, scene.permit())), ErrorKind::permit_refused);
  what.items[1].compartment = "imaging";
  EXPECT_OK(ask(scene.request(what, scene.permit())));
}

TEST_F(JudgeTest, RefusalsSayInTheLogWhatIsKnown) {
  scene.terms.compartments = {"imaging"};
  EXPECT_FAILS(ask(scene.request()), ErrorKind::permit_refused);
  const LogEntry entry = entries().back();
  EXPECT_EQ(entry.kind, LogEntryKind::refusal);
  EXPECT_EQ(entry.error, static_cast<std::uint32_t>(ErrorKind::permit_refused));
  EXPECT_EQ(as_text(entry.requester), as_text(scene.requester.verifier().id()));
  EXPECT_EQ(entry.compartments, std::vector<std::string>{"clinical"});
  EXPECT_FALSE(entry.reason.empty());
}

}  // namespace
}  // namespace triclave::custodian
