// Work shared out over threads.
#include "base/workers.h"

#include <tbb/global_control.h>

#include <atomic>
#include <set>
#include <thread>

#include "support/result.h"

namespace triclave {
namespace {

// Whatever the machine has.
const tbb::global_control kEight(tbb::global_control::max_allowed_parallelism, 8);

TEST(Workers, DoesAllOfIt) {
  for (const unsigned threads : {1u, 2u, 5u}) {
    const Workers workers(threads);
    EXPECT_EQ(workers.threads(), threads);
    for (const std::size_t count : {0u, 1u, 2u, 1000u}) {
      std::vector<std::atomic<int>> done(count);
      ASSERT_OK(workers.each(count, [&](std::size_t i, std::size_t) -> Result<void> {
        ++done[i];
        return {};
      }));
      for (const auto& each : done) EXPECT_EQ(each, 1);
    }
  }
}

TEST(Workers, NoMoreThanAllowed) {
  EXPECT_EQ(Workers(0).threads(), 8u);
  EXPECT_EQ(Workers(9).threads(), 8u);
  const tbb::global_control three(tbb::global_control::max_allowed_parallelism, 3);
  EXPECT_EQ(Workers(0).threads(), 3u);
  EXPECT_EQ(Workers(1).threads(), 1u);
}

TEST(Workers, AloneOnTheCallersThreadInOrder) {
  std::vector<std::size_t> seen;
  ASSERT_OK(
      Workers().each(5, [&, caller = std::this_thread::get_id()](std::size_t i, std::size_t thread) -> Result<void> {
        EXPECT_EQ(std::this_thread::get_id(), caller);
        EXPECT_EQ(thread, 0u);
        seen.push_back(i);
        return {};
      }));
  EXPECT_EQ(seen, (std::vector<std::size_t>{0, 1, 2, 3, 4}));
}

TEST(Workers, NoTwoAtOnceHaveOneNumber) {
  const Workers workers(4);
  std::vector<std::atomic<bool>> busy(4);
  std::atomic<bool> shared = false;
  ASSERT_OK(workers.each(2000, [&](std::size_t, std::size_t thread) -> Result<void> {
    if (thread >= busy.size() || busy[thread].exchange(true)) shared = true;
    std::this_thread::yield();
    if (thread < busy.size()) busy[thread] = false;
    return {};
  }));
  EXPECT_FALSE(shared);
}

TEST(Workers, SeveralThreadsReallyWork) {
  // Each waits for the other: one thread alone would never end.
  std::atomic<int> there = 0;
  ASSERT_OK(Workers(2).each(2, [&](std::size_t, std::size_t) -> Result<void> {
    ++there;
    while (there < 2) std::this_thread::yield();
    return {};
  }));
}

TEST(Workers, TheFirstErrorCountsAndEndsTheRest) {
  for (const unsigned threads : {1u, 3u}) {
    std::atomic<std::size_t> begun = 0;
    const auto done = Workers(threads).each(100'000, [&](std::size_t i, std::size_t) -> Result<void> {
      ++begun;
      if (i % 2 == 1) return fail(ErrorKind::forged, std::to_string(i));
      return {};
    });
    ASSERT_FAILS(done, ErrorKind::forged);
    EXPECT_LT(begun, 100'000u);
  }
  // Both fail, whichever first: the lower number is told.
  std::atomic<int> there = 0;
  const auto done = Workers(2).each(2, [&](std::size_t i, std::size_t) -> Result<void> {
    ++there;
    while (there < 2) std::this_thread::yield();
    return fail(ErrorKind::io, std::to_string(i));
  });
  ASSERT_FAILS(done, ErrorKind::io);
  EXPECT_EQ(done.error().message, "0");
}

}  // namespace
}  // namespace triclave
