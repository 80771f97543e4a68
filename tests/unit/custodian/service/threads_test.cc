// Everything at once, as the network's threads and an officer's command do it; what it is for shows under the thread
// sanitizer.
#include <atomic>
#include <thread>

#include "custodian/messages/answer.h"
#include "scene.h"

namespace triclave::custodian {
namespace {

constexpr int kThreads = 4;
constexpr int kRounds = 15;

TEST(LimiterThreads, TogetherTakeNoMoreThanThereIs) {
  Limiter limiter({1, 100});
  std::atomic<int> taken = 0;
  {
    std::vector<std::jthread> all;
    for (int i = 0; i < kThreads; ++i)
      all.emplace_back([&] {
        for (int n = 0; n < 100; ++n) taken += int{limiter.take("a", 0)};
      });
  }
  EXPECT_EQ(taken, 100);
}

class ServiceThreads : public ServiceTest {
 protected:
  // Each in its own thread, `kRounds` times.
  template <class... Works>
  void at_once(Works... works) {
    std::vector<std::jthread> all;
    const auto add = [&all](auto work) {
      all.emplace_back([work] {
        for (int n = 0; n < kRounds; ++n) work();
      });
    };
    (add(works), ...);
  }
};

TEST_F(ServiceThreads, AllThatTheNetworkAsks) {
  const Bytes permit = scene.permit();
  const MaskRequest asked = scene.asked();
  const LogKey key = LogKey::parse(service->status()->log_key).value();
  Bytes expected(kMaskSize);
  {
    const State state = State::open(scene.files).value();
    Identity identity = state.identity(scene.key, state.unlock(testing::kPassphrase).value()).value();
    ASSERT_OK(key_provider(std::move(identity))->masks(asked, {}, expected));
  }
  std::atomic<int> answered = 0, replayed = 0;
  const auto release = [&] {
    const auto sent = scene.request(asked, permit);
    const auto answer = ask(sent);
    ASSERT_OK(answer);
    EXPECT_OK(verify_log_proof(key, answer->entry, answer->proof));
    Bytes masks(kMaskSize);
    EXPECT_OK(open_answer(sent.pending, answer->answer, masks));
    EXPECT_EQ(masks, expected);
    ++answered;
    replayed += int{ask(sent).has_value()};
  };
  const auto refuse = [&] {
    auto sent = scene.request(asked, permit);
    sent.pending.signature.front() ^= 1;
    EXPECT_FAILS(ask(sent), ErrorKind::forged);
  };
  const auto look = [&] {
    EXPECT_OK(service->status());
    EXPECT_OK(service->log_file("checkpoint"));
    service->set_rate({});
  };
  const auto revoke = [&] {
    const Bytes other = scene.permit();
    EXPECT_OK(scene.revoke(*service, revoke_permit(*read_permit(other), scene.authority, scene.clock).value()));
    EXPECT_FAILS(ask(scene.request(asked, other)), ErrorKind::permit_refused);
  };
  const auto officer = [&] {
    auto open = scene.officer();
    ASSERT_OK(open);
    const auto made = open->create_key(scene.owner.verifier().id(), "other", "", scene.clock);
    ASSERT_OK(made);
    EXPECT_OK(open->destroy_key(made->id, scene.clock));
  };
  at_once(release, release, release, refuse, look, look, revoke, officer);
  EXPECT_EQ(answered, 3 * kRounds);
  EXPECT_EQ(replayed, 0);
  EXPECT_EQ(count(LogEntryKind::release), static_cast<std::size_t>(3 * kRounds));
  EXPECT_EQ(count(LogEntryKind::key_destroyed), static_cast<std::size_t>(kRounds));
}

// Who asks while the service ends is answered all the same.
TEST_F(ServiceThreads, WhatWaitsAtTheEndIsAnswered) {
  const Bytes permit = scene.permit();
  std::vector<testing::SentRequest> sent;
  for (int i = 0; i < kRounds; ++i) sent.push_back(scene.request(scene.asked(), permit));
  std::atomic<int> answered = 0;
  for (const auto& each : sent)
    service->release(each.asked(), [&](const Result<Answer>& answer) { answered += int{answer.has_value()}; });
  service.reset();
  EXPECT_EQ(answered, kRounds);
}

}  // namespace
}  // namespace triclave::custodian
