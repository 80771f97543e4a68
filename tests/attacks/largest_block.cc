#include "largest_block.h"

#include <cstdlib>
#include <new>

namespace triclave::attacks {
std::atomic<std::size_t> largest_asked = 0;
}

namespace {

void* take(std::size_t size, std::size_t alignment = alignof(std::max_align_t)) {
  std::atomic<std::size_t>& largest = triclave::attacks::largest_asked;
  std::size_t before = largest;
  while (before < size && !largest.compare_exchange_weak(before, size)) {
  }
  void* out = nullptr;
  if (::posix_memalign(&out, alignment, size != 0 ? size : 1) != 0) std::abort();
  return out;
}

}  // namespace

void* operator new(std::size_t size) { return take(size); }
void* operator new[](std::size_t size) { return take(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return take(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return take(size); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return take(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* bytes, std::align_val_t) noexcept { std::free(bytes); }
void operator delete(void* bytes, std::size_t, std::align_val_t) noexcept { std::free(bytes); }
void operator delete(void* bytes) noexcept { std::free(bytes); }
void operator delete[](void* bytes) noexcept { std::free(bytes); }
void operator delete(void* bytes, std::size_t) noexcept { std::free(bytes); }
void operator delete[](void* bytes, std::size_t) noexcept { std::free(bytes); }
void operator delete(void* bytes, const std::nothrow_t&) noexcept { std::free(bytes); }
void operator delete[](void* bytes, const std::nothrow_t&) noexcept { std::free(bytes); }
