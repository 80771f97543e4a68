// Secrets stand in locked, undumped, fenced memory and are wiped when given back.
#include "base/guarded.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "support/zero.h"

namespace triclave {
namespace {

constexpr std::size_t kSizes[] = {1, 32, 64, 65, 256, 257, 2048, 2049, 5000, 65536, 100001};

TEST(Guarded, IsZeroedAndAlignedAtEverySize) {
  for (const std::size_t size : kSizes) {
    std::uint8_t* bytes = guarded_allocate(size);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(bytes) % 64, 0u) << size;
    EXPECT_TRUE(all_zero({bytes, size})) << size;
    std::fill_n(bytes, size, std::uint8_t{0xA5});
    guarded_free(bytes, size);
  }
}

TEST(Guarded, SlotIsWipedWhenGivenBack) {
  for (const std::size_t size : {std::size_t{32}, std::size_t{200}, std::size_t{2000}}) {
    std::uint8_t* bytes = guarded_allocate(size);
    std::fill_n(bytes, size, std::uint8_t{0xA5});
    guarded_free(bytes, size);
    EXPECT_TRUE(all_zero({bytes, size})) << size;  // the slab stays mapped, so this may be read
  }
}

TEST(Guarded, LargeOneIsUnmappedWhenGivenBack) {
  std::uint8_t* bytes = guarded_allocate(5000);
  guarded_free(bytes, 5000);
  EXPECT_DEATH({ static_cast<volatile std::uint8_t*>(bytes)[0] = 1; }, "");
}

TEST(Guarded, WritingPastALargeOneEndsTheProgram) {
  std::uint8_t* bytes = guarded_allocate(8192);
  EXPECT_DEATH({ static_cast<volatile std::uint8_t*>(bytes)[8192] = 1; }, "");
  guarded_free(bytes, 8192);
}

TEST(Guarded, SlotsAreReusedByTheirThread) {
  std::uint8_t* first = guarded_allocate(32);
  guarded_free(first, 32);
  std::uint8_t* second = guarded_allocate(48);  // same class
  EXPECT_EQ(first, second);
  guarded_free(second, 48);
}

TEST(Guarded, ThreadsSlotsComeBackAtItsEnd) {
  std::set<std::uint8_t*> theirs;
  std::thread([&] {
    for (int i = 0; i < 40; ++i) theirs.insert(guarded_allocate(1024));
    for (std::uint8_t* each : theirs) guarded_free(each, 1024);
  }).join();
  ASSERT_EQ(theirs.size(), 40u);
  std::vector<std::uint8_t*> ours;
  std::size_t met = 0;
  for (int i = 0; i < 200 && met < theirs.size(); ++i) {
    ours.push_back(guarded_allocate(1024));
    met += theirs.count(ours.back());
  }
  EXPECT_EQ(met, theirs.size());
  for (std::uint8_t* each : ours) guarded_free(each, 1024);
}

TEST(Guarded, ManySecretsLiveAtOnceWithoutTouchingEachOther) {
  constexpr std::size_t kCount = 20000;  // more than sodium_malloc alone could hold
  std::vector<Secret<32>> secrets(kCount);
  for (std::size_t i = 0; i < kCount; ++i) std::fill_n(secrets[i].data(), 32, static_cast<std::uint8_t>(i % 251 + 1));
  for (std::size_t i = 0; i < kCount; ++i)
    for (const std::uint8_t byte : secrets[i].view()) ASSERT_EQ(byte, i % 251 + 1) << i;
}

TEST(Guarded, ThreadsDoNotShareASlot) {
  std::vector<std::thread> threads;
  std::vector<int> wrong(8, 0);
  for (std::size_t t = 0; t < wrong.size(); ++t)
    threads.emplace_back([t, &wrong] {
      for (int round = 0; round < 2000; ++round) {
        std::vector<Secret<32>> mine(20);
        for (auto& secret : mine) std::fill_n(secret.data(), 32, static_cast<std::uint8_t>(t + 1));
        for (auto& secret : mine)
          for (const std::uint8_t byte : secret.view()) wrong[t] += byte != t + 1;
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(8, 0));
}

// The kernel's word on the mapping that holds `address`: its VmFlags.
std::string vm_flags(const void* address) {
  std::ifstream maps("/proc/self/smaps");
  std::string line;
  bool inside = false;
  const auto wanted = reinterpret_cast<std::uintptr_t>(address);
  while (std::getline(maps, line)) {
    std::uintptr_t from = 0;
    std::uintptr_t to = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx ", &from, &to) == 2) inside = from <= wanted && wanted < to;
    if (inside && line.starts_with("VmFlags:")) return line + " ";
  }
  return {};
}

TEST(Guarded, IsLeftOutOfCoreDumps) {
  const Secret<32> small;
  const SecretBytes large(5000);
  EXPECT_NE(vm_flags(small.data()).find(" dd "), std::string::npos) << vm_flags(small.data());
  EXPECT_NE(vm_flags(large.view().data()).find(" dd "), std::string::npos);
}

TEST(Secret, MovesAndNeverCopies) {
  static_assert(!std::is_copy_constructible_v<Secret<32>> && !std::is_copy_assignable_v<Secret<32>>);
  static_assert(!std::is_copy_constructible_v<SecretBytes> && !std::is_convertible_v<SecretBytes, std::string>);
  SecretBytes a = SecretBytes::copy_of(as_bytes("the secret"));
  const std::uint8_t* where = a.view().data();
  SecretBytes b = std::move(a);
  EXPECT_EQ(b.view().data(), where);
  EXPECT_TRUE(a.empty());  // NOLINT: what a moved-from secret is, is part of the promise
  SecretBytes c(3);
  c = std::move(b);
  EXPECT_EQ(as_text(c.view()), "the secret");
}

TEST(Secret, EmptyOneNeedsNoMemory) {
  const SecretBytes none(0);
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(SecretBytes::copy_of({}).size(), 0u);
}

TEST(Compare, TellsEqualFromUnequal) {
  EXPECT_TRUE(equal_constant_time(as_bytes("abc"), as_bytes("abc")));
  EXPECT_FALSE(equal_constant_time(as_bytes("abc"), as_bytes("abd")));
  EXPECT_FALSE(equal_constant_time(as_bytes("abc"), as_bytes("abcd")));
  EXPECT_TRUE(equal_constant_time({}, {}));
}

TEST(Wipe, LeavesZeroes) {
  Bytes bytes = {1, 2, 3};
  wipe(bytes);
  EXPECT_EQ(bytes, Bytes(3, 0));
  wipe({});
}

}  // namespace
}  // namespace triclave
