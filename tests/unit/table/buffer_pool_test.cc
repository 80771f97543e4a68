// Memory that is used again.
#include "table/buffer_pool.h"

#include <cstring>
#include <set>
#include <thread>

namespace triclave::table {
namespace {

TEST(BufferPool, GivesAlignedMemoryOfAnySize) {
  const auto pool = BufferPool::make();
  for (const std::size_t size : {0u, 1u, 63u, 64u, 4096u, 4097u, 1'000'000u}) {
    const auto memory = pool->take(size);
    ASSERT_NE(memory, nullptr);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory.get()) % 64, 0u);
    std::memset(memory.get(), 1, size);
  }
}

TEST(BufferPool, UsesAgainWhatCameBack) {
  const auto pool = BufferPool::make();
  auto first = pool->take(100'000);
  const auto* address = first.get();
  EXPECT_NE(pool->take(100'000).get(), address);  // still held
  first.reset();
  const auto larger = pool->take(1'000'000), smaller = pool->take(20'000);
  EXPECT_NE(larger.get(), address);
  EXPECT_NE(smaller.get(), address);  // less than half
  EXPECT_EQ(pool->take(99'000).get(), address);
}

TEST(BufferPool, NobodySharesMemory) {
  const auto pool = BufferPool::make();
  for (int round = 0; round < 3; ++round) {
    std::vector<std::shared_ptr<std::uint8_t>> held;
    std::set<const void*> addresses;
    for (std::size_t i = 0; i < 200; ++i) {
      held.push_back(pool->take(5000 + i * 37));
      std::memset(held.back().get(), static_cast<int>(i), 5000 + i * 37);
      addresses.insert(held.back().get());
    }
    EXPECT_EQ(addresses.size(), held.size());
    for (std::size_t i = 0; i < 200; ++i) ASSERT_EQ(held[i].get()[5000 + i * 37 - 1], static_cast<std::uint8_t>(i));
  }
}

TEST(BufferPool, MemoryOutlivesIt) {
  auto pool = BufferPool::make();
  auto memory = pool->take(10'000);
  const auto* address = memory.get();
  auto kept = pool->take(10'000);
  kept.reset();  // in the pool when it goes
  pool.reset();
  std::memset(memory.get(), 7, 10'000);
  EXPECT_EQ(memory.get(), address);
  memory.reset();
}

TEST(BufferPool, TakesBackFromOtherThreads) {
  const auto pool = BufferPool::make();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([pool, t] {
      for (int i = 0; i < 500; ++i) {
        auto memory = pool->take(8192);
        std::memset(memory.get(), t, 8192);
        for (int at = 0; at < 8192; at += 511) ASSERT_EQ(memory.get()[at], t);
        if (i % 50 == 0) std::thread([moved = std::move(memory)] {}).join();
      }
    });
  for (std::thread& each : threads) each.join();
}

}  // namespace
}  // namespace triclave::table
