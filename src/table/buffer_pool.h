// Memory of opened chunks, used again: fresh pages cost more than decrypting into them.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "triclave/bytes.h"

namespace triclave::table {

class BufferPool : public std::enable_shared_from_this<BufferPool> {
 public:
  // Kept for later, in all; what comes back beyond that is freed.
  static constexpr std::size_t kKept = std::size_t{96} << 20;

  static std::shared_ptr<BufferPool> make() { return std::shared_ptr<BufferPool>(new BufferPool); }
  // The process's own, for its whole life.
  static const std::shared_ptr<BufferPool>& shared();
  ~BufferPool();

  // `size` bytes, aligned to 64, of any content. They come back to the pool when the last owner is gone, whatever
  // thread that is on, and after the pool itself.
  std::shared_ptr<std::uint8_t> take(std::size_t size);

 private:
  struct Block {
    std::uint8_t* bytes;
    std::size_t size;
  };
  BufferPool() = default;
  void give_back(Block block) noexcept;

  std::mutex mutex_;
  std::map<std::size_t, std::vector<std::uint8_t*>> free_;  // by size
  std::size_t kept_ = 0;
};

}  // namespace triclave::table
