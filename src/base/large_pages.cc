#include "base/large_pages.h"

#include <sys/mman.h>

#include <algorithm>

namespace triclave {
namespace {

constexpr std::uintptr_t kLargePage = std::uintptr_t{2} << 20;
// glibc's largest threshold for mmap(): what is larger has pages of its own.
constexpr std::size_t kLeast = std::size_t{32} << 20;

}  // namespace

void prefer_large_pages(void* begin, std::size_t size) noexcept {
  if (size <= kLeast) return;
  const auto at = reinterpret_cast<std::uintptr_t>(begin);
  const std::uintptr_t first = (at + kLargePage - 1) / kLargePage * kLargePage;
  const std::uintptr_t last = (at + size) / kLargePage * kLargePage;
  ::madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);  // refused: the pages stay small
}

void grow(Bytes& out, std::size_t size) {
  if (size <= out.capacity()) return;
  Bytes larger;
  larger.reserve(std::max(size, out.capacity() * 2));
  prefer_large_pages(larger.data(), larger.capacity());
  larger.assign(out.begin(), out.end());
  out.swap(larger);
}

}  // namespace triclave
