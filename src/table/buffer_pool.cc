#include "table/buffer_pool.h"

#include <algorithm>
#include <new>

namespace triclave::table {
namespace {

constexpr std::align_val_t kAligned{64};
// Sizes are rounded up, so that the next row group's chunk, a little larger or smaller, fits too.
std::size_t rounded(std::size_t size) {
  std::size_t step = 4096;
  while (step < size / 8) step *= 2;
  return (std::max<std::size_t>(size, 1) + step - 1) / step * step;
}

}  // namespace

BufferPool::~BufferPool() {
  for (const Block& block : free_) ::operator delete(block.bytes, kAligned);
}

std::shared_ptr<std::uint8_t> BufferPool::take(std::size_t size) {
  Block block{nullptr, rounded(size)};
  {
    const std::lock_guard lock(mutex_);
    const auto fits = [&](const Block& each) { return each.size >= block.size && each.size <= block.size * 2; };
    // The one that came back last is the warmest.
    const auto found = std::find_if(free_.rbegin(), free_.rend(), fits);
    if (found != free_.rend()) {
      block = *found;
      free_.erase(std::next(found).base());
      kept_ -= block.size;
    }
  }
  if (block.bytes == nullptr) block.bytes = static_cast<std::uint8_t*>(::operator new(block.size, kAligned));
  return {block.bytes, [pool = weak_from_this(), block](std::uint8_t*) {
            if (const auto alive = pool.lock())
              alive->give_back(block);
            else
              ::operator delete(block.bytes, kAligned);
          }};
}

void BufferPool::give_back(Block block) noexcept {
  {
    const std::lock_guard lock(mutex_);
    if (kept_ + block.size <= kKept) {
      free_.push_back(block);
      kept_ += block.size;
      return;
    }
  }
  ::operator delete(block.bytes, kAligned);
}

}  // namespace triclave::table
