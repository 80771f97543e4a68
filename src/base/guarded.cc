#include "base/guarded.h"

#include <sodium.h>

#include <cstdlib>
#include <mutex>
#include <vector>

namespace triclave {
namespace {

constexpr std::array<std::size_t, 3> kSlotSizes = {64, 256, 2048};
constexpr std::size_t kSlabSize = 64 * 1024;
// So that no slot of the largest ones begins a page: ipsec-mb is up to 3 % slower with a key state that does.
constexpr std::size_t kFirstSlot = 64;
constexpr std::size_t kKeptPerThread = 16;

struct Pool {
  std::mutex mutex;
  std::vector<std::uint8_t*> free;
};

// Never destroyed: secrets may be given back by static destructors that run later.
Pool& pool(std::size_t size_class) {
  static auto* pools = new std::array<Pool, kSlotSizes.size()>();
  return (*pools)[size_class];
}

std::uint8_t* fresh(std::size_t size) {
  sodium_ready();
  auto* bytes = static_cast<std::uint8_t*>(sodium_malloc(size));
  if (bytes == nullptr) std::abort();  // out of guarded memory: no safe way on
  return bytes;
}

// A thread's own free slots; what it still holds at its end goes back to the shared pool.
struct Cache {
  std::array<std::array<std::uint8_t*, kKeptPerThread>, kSlotSizes.size()> slots{};
  std::array<std::size_t, kSlotSizes.size()> count{};
  ~Cache();
};

// Set when the thread's cache is gone, so that later destructors go to the shared pool.
thread_local bool cache_closed = false;
thread_local Cache cache;

Cache::~Cache() {
  for (std::size_t c = 0; c < kSlotSizes.size(); ++c) {
    const std::lock_guard lock(pool(c).mutex);
    pool(c).free.insert(pool(c).free.end(), slots[c].begin(), slots[c].begin() + static_cast<std::ptrdiff_t>(count[c]));
    count[c] = 0;
  }
  cache_closed = true;
}

std::size_t class_of(std::size_t size) {
  std::size_t c = 0;
  while (c < kSlotSizes.size() && size > kSlotSizes[c]) ++c;
  return c;
}

std::uint8_t* from_pool(std::size_t c) {
  Pool& shared = pool(c);
  const std::lock_guard lock(shared.mutex);
  if (shared.free.empty()) {
    std::uint8_t* slab = fresh(kSlabSize);
    sodium_memzero(slab, kSlabSize);
    for (std::size_t at = kFirstSlot; at + kSlotSizes[c] <= kSlabSize; at += kSlotSizes[c])
      shared.free.push_back(slab + at);
  }
  std::uint8_t* slot = shared.free.back();
  shared.free.pop_back();
  return slot;
}

}  // namespace

void sodium_ready() {
  static const int ready = sodium_init();
  if (ready < 0) std::abort();  // no random numbers or no memory: nothing safe can be done
}

std::uint8_t* guarded_allocate(std::size_t size) {
  const std::size_t c = class_of(size);
  if (c == kSlotSizes.size()) {
    const std::size_t rounded = (size + 63) / 64 * 64;  // sodium_malloc aligns the end, so this aligns the start
    std::uint8_t* bytes = fresh(rounded);
    sodium_memzero(bytes, rounded);
    return bytes;
  }
  if (!cache_closed && cache.count[c] > 0) return cache.slots[c][--cache.count[c]];
  return from_pool(c);
}

void guarded_free(std::uint8_t* bytes, std::size_t size) noexcept {
  const std::size_t c = class_of(size);
  if (c == kSlotSizes.size()) {
    sodium_free(bytes);  // wipes
    return;
  }
  sodium_memzero(bytes, kSlotSizes[c]);
  if (!cache_closed && cache.count[c] < kKeptPerThread) {
    cache.slots[c][cache.count[c]++] = bytes;
    return;
  }
  const std::lock_guard lock(pool(c).mutex);
  pool(c).free.push_back(bytes);
}

bool equal_constant_time(ByteView a, ByteView b) noexcept {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

void wipe(MutableBytes bytes) noexcept {
  if (!bytes.empty()) sodium_memzero(bytes.data(), bytes.size());
}

}  // namespace triclave
