#include <algorithm>

#include "base/hash.h"
#include "custodian/messages/answer.h"
#include "scene.h"

namespace triclave::custodian {
namespace {

using ReleaseTest = ServiceTest;

// The masks that the key itself gives.
TEST_F(ReleaseTest, AnAuthorisedRequestGetsItsMasks) {
  const MaskRequest what = scene.asked();
  const auto sent = scene.request(what, scene.permit());
  const auto answer = ask(sent);
  ASSERT_OK(answer);
  Bytes masks(kMaskSize), expected(kMaskSize);
  ASSERT_OK(open_answer(sent.pending, answer->answer, masks));

  const State state = State::open(scene.files).value();
  Identity identity = state.identity(scene.key, state.unlock(testing::kPassphrase).value()).value();
  ASSERT_OK(key_provider(std::move(identity))->masks(what, {}, expected));
  EXPECT_EQ(masks, expected);
}

TEST_F(ReleaseTest, IsProvedToStandInTheLog) {
  const auto sent = scene.request();
  const auto answer = ask(sent);
  ASSERT_OK(answer);
  const LogKey key = LogKey::parse(service->status()->log_key).value();
  const auto at = verify_log_proof(key, answer->entry, answer->proof);
  ASSERT_OK(at);
  const auto entry = parse_log_entry(answer->entry);
  ASSERT_OK(entry);
  EXPECT_EQ(entry->kind, LogEntryKind::release);
  EXPECT_EQ(as_text(entry->request_hash), as_text(sent.pending.hash));
  EXPECT_EQ(as_text(entry->answer_hash), as_text(sha256(answer->answer)));
  EXPECT_EQ(as_text(entry->requester), as_text(scene.requester.verifier().id()));
  EXPECT_EQ(entry->compartments, std::vector<std::string>{"clinical"});
  EXPECT_EQ(entry->purpose, "research");
  EXPECT_EQ(entries().at(at->index), *entry);
}

TEST_F(ReleaseTest, ManyAtOnceShareOneCheckpoint) {
  const auto record = scene.permit();
  std::vector<testing::SentRequest> sent;
  for (int i = 0; i < 20; ++i) sent.push_back(scene.request(scene.asked(), record));
  std::vector<std::shared_ptr<std::promise<Result<Answer>>>> answered;
  for (const auto& each : sent) {
    const auto promise = answered.emplace_back(std::make_shared<std::promise<Result<Answer>>>());
    service->release(each.asked(), [promise](Result<Answer> answer) { promise->set_value(std::move(answer)); });
  }
  const LogKey key = LogKey::parse(service->status()->log_key).value();
  for (auto& each : answered) {
    const auto answer = each->get_future().get();
    ASSERT_OK(answer);
    EXPECT_OK(verify_log_proof(key, answer->entry, answer->proof));
  }
  EXPECT_EQ(count(LogEntryKind::release), sent.size());
}

TEST_F(ReleaseTest, IsAnsweredOnce) {
  const auto sent = scene.request();
  EXPECT_OK(ask(sent));
  EXPECT_FAILS(ask(sent), ErrorKind::permit_refused);
  start();  // also by the next process
  EXPECT_FAILS(ask(sent), ErrorKind::permit_refused);
  EXPECT_EQ(count(LogEntryKind::release), 1U);
  EXPECT_EQ(count(LogEntryKind::refusal), 2U);
}

TEST_F(ReleaseTest, OnlyWithinTwoMinutesOfTheClock) {
  const auto sent = scene.request();
  const auto made = scene.clock;
  for (const auto apart : {std::chrono::seconds(-121), std::chrono::seconds(121)}) {
    scene.clock = made + apart;
    EXPECT_FAILS(ask(sent), ErrorKind::permit_refused);
  }
  scene.clock = made + std::chrono::seconds(120);
  EXPECT_OK(ask(sent));
}

TEST_F(ReleaseTest, AFloodOfRefusalsDoesNotFillTheLog) {
  auto sent = scene.request();
  sent.pending.signature.back() ^= 1;
  for (int i = 0; i < 150; ++i) EXPECT_FAILS(ask(sent), ErrorKind::forged);
  EXPECT_LE(count(LogEntryKind::refusal), 101U);
  EXPECT_GE(count(LogEntryKind::refusal), 100U);
}

TEST_F(ReleaseTest, ARevokedPermitOpensNothing) {
  const Bytes record = scene.permit();
  EXPECT_OK(ask(scene.request(scene.asked(), record)));
  const Bytes revocation = revoke_permit(*read_permit(record), scene.authority, scene.clock).value();
  EXPECT_OK(scene.revoke(*service, revocation));
  EXPECT_OK(scene.revoke(*service, revocation));
  EXPECT_FAILS(ask(scene.request(scene.asked(), record)), ErrorKind::permit_refused);
  EXPECT_EQ(count(LogEntryKind::permit_revoked), 1U);
  Bytes forged = revocation;
  forged.back() ^= 1;
  EXPECT_FAILS(scene.revoke(*service, forged), ErrorKind::forged);
}

TEST_F(ReleaseTest, APermitIsUsedUp) {
  scene.terms.most_releases = 2;
  const Bytes record = scene.permit();
  EXPECT_OK(ask(scene.request(scene.asked(), record)));
  EXPECT_OK(ask(scene.request(scene.asked(), record)));
  EXPECT_FAILS(ask(scene.request(scene.asked(), record)), ErrorKind::permit_refused);
}

TEST_F(ReleaseTest, AnOfficerApprovesWhileTheServiceRuns) {
  scene.terms.needs_approval = true;
  const Bytes record = scene.permit();
  EXPECT_FAILS(ask(scene.request(scene.asked(), record)), ErrorKind::permit_refused);
  ASSERT_OK(scene.officer()->approve(record, scene.clock));
  EXPECT_OK(ask(scene.request(scene.asked(), record)));
  EXPECT_FAILS(ask(scene.request(scene.asked(), scene.permit())), ErrorKind::permit_refused);  // another permit
  EXPECT_EQ(count(LogEntryKind::permit_approved), 1U);
}

TEST_F(ReleaseTest, ADestroyedKeyAnswersNoMore) {
  const auto sent = scene.request();
  ASSERT_OK(scene.officer()->destroy_key(scene.key.id, scene.clock));
  EXPECT_FAILS(ask(sent), ErrorKind::permit_refused);
  EXPECT_EQ(count(LogEntryKind::key_destroyed), 1U);
  EXPECT_FAILS(scene.officer()->destroy_key(scene.key.id, scene.clock), ErrorKind::invalid_argument);
}

TEST_F(ReleaseTest, AKeyThatIsMadeMeanwhileAnswers) {
  const auto made = scene.officer()->create_key(scene.owner.verifier().id(), "cohort", "", scene.clock);
  ASSERT_OK(made);
  EXPECT_EQ(made->epoch, 2U);
  EXPECT_EQ(made->name, "cohort-2");
  ASSERT_OK(ask(scene.request()));  // whoever asks next finds the committer's look at what has changed behind
  scene.key = *made;
  EXPECT_OK(ask(scene.request()));
}

TEST_F(ReleaseTest, NoGenerationBelowTheFloor) {
  ASSERT_OK(scene.officer()->raise_floor(Id{5}, 3));
  EXPECT_FAILS(ask(scene.request()), ErrorKind::policy_refused);
  MaskRequest newer = scene.asked();
  newer.generation = 3;
  EXPECT_OK(ask(scene.request(newer, scene.permit())));
}

TEST_F(ReleaseTest, NotFasterThanTheRate) {
  service->set_rate({0.001, 2});
  EXPECT_OK(ask(scene.request()));
  EXPECT_OK(ask(scene.request()));
  EXPECT_FAILS(ask(scene.request()), ErrorKind::custodian_unavailable);
}

}  // namespace
}  // namespace triclave::custodian
