// Work shared out over threads (oneTBB), or done by the caller alone.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "triclave/error.h"

namespace triclave {

class Workers {
 public:
  // 1: the caller's own thread; 0: as many as oneTBB allows, which is one for each processor unless the process has a
  // tbb::global_control; more than that are not taken. Threads are oneTBB's: started when first needed, and shared by
  // all Workers of the process.
  explicit Workers(unsigned threads = 1);
  Workers(Workers&&) noexcept;
  Workers& operator=(Workers&&) noexcept;
  ~Workers();

  unsigned threads() const noexcept { return threads_; }

  // work(0, t) to work(count - 1, t), in any order and several at once, t < threads() being no other's at that time: a
  // place for memory of one's own. Returns when all are done. Once one has failed no other begins; of several errors
  // the one with the lowest number is returned.
  Result<void> each(std::size_t count, const std::function<Result<void>(std::size_t, std::size_t)>& work) const;

 private:
  struct Arena;
  unsigned threads_;
  std::unique_ptr<Arena> arena_;  // where there are several
};

}  // namespace triclave
