#include "table/buffer_pool.h"

#include <algorithm>
#include <new>

#include "base/large_pages.h"

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

const std::shared_ptr<BufferPool>& BufferPool::shared() {
  static const auto* pool = new std::shared_ptr<BufferPool>(make());  // arrays may outlive every static
  return *pool;
}

BufferPool::~BufferPool() {
  for (const auto& [size, blocks] : free_)
    for (std::uint8_t* block : blocks) ::operator delete(block, kAligned);
}

std::shared_ptr<std::uint8_t> BufferPool::take(std::size_t size) {
  Block block{nullptr, rounded(size)};
  {
    const std::lock_guard lock(mutex_);
    const auto found = free_.lower_bound(block.size);
    if (found != free_.end() && found->first / 2 <= block.size) {
      block = {found->second.back(), found->first};  // the one that came back last is the warmest
      found->second.pop_back();
      if (found->second.empty()) free_.erase(found);
      kept_ -= block.size;
    }
  }
  if (block.bytes == nullptr) {
    block.bytes = static_cast<std::uint8_t*>(::operator new(block.size, kAligned));
    prefer_large_pages(block.bytes, block.size);
  }
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
      free_[block.size].push_back(block.bytes);
      kept_ += block.size;
      return;
    }
  }
  ::operator delete(block.bytes, kAligned);
}

}  // namespace triclave::table
