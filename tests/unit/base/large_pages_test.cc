#include "base/large_pages.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstdio>
#include <fstream>
#include <numeric>
#include <string>

namespace triclave {
namespace {

// The flags of the mapping that an address lies in, as proc(5) writes them.
std::string mapping_flags(const void* address) {
  const auto wanted = reinterpret_cast<std::uintptr_t>(address);
  std::ifstream maps("/proc/self/smaps");
  bool inside = false;
  for (std::string line; std::getline(maps, line);) {
    unsigned long first = 0, last = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx ", &first, &last) == 2) inside = first <= wanted && wanted < last;
    if (inside && line.starts_with("VmFlags:")) return line;
  }
  return {};
}

bool kernel_has_large_pages() {
  constexpr std::size_t kSize = std::size_t{4} << 20;
  void* const probe = ::mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  const bool has = ::madvise(probe, kSize, MADV_HUGEPAGE) == 0;
  ::munmap(probe, kSize);
  return has;
}

TEST(Grow, KeepsWhatThereIs) {
  Bytes out(1000);
  std::iota(out.begin(), out.end(), std::uint8_t{0});
  const Bytes before = out;
  for (const std::size_t size : {std::size_t{5'000}, std::size_t{40} << 20}) {
    grow(out, size);
    EXPECT_GE(out.capacity(), size);
    EXPECT_EQ(out, before);
  }
}

TEST(Grow, LeavesWhatIsLargeEnough) {
  Bytes out;
  out.reserve(1000);
  const auto* const memory = out.data();
  grow(out, 1000);
  EXPECT_EQ(out.data(), memory);
  EXPECT_EQ(out.capacity(), 1000u);
}

// Or a file that is written byte by byte would be copied as often.
TEST(Grow, AtLeastDoubles) {
  Bytes out;
  grow(out, 100);
  const std::size_t before = out.capacity();
  grow(out, before + 1);
  EXPECT_GE(out.capacity(), 2 * before);
}

TEST(Grow, AsksForLargePages) {
  const auto asked = [](const Bytes& bytes) {
    return mapping_flags(bytes.data() + bytes.capacity() / 2).find(" hg") != std::string::npos;
  };
  Bytes large, small;
  grow(large, std::size_t{64} << 20);
  EXPECT_EQ(asked(large), kernel_has_large_pages());
  grow(small, std::size_t{1} << 20);
  EXPECT_FALSE(asked(small));
}

}  // namespace
}  // namespace triclave
