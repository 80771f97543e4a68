#include "base/workers.h"

#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>

#include "base/try.h"

namespace triclave {

namespace {

unsigned allowed(unsigned threads) {
  if (threads == 1) return 1;
  const auto most =
      static_cast<unsigned>(tbb::global_control::active_value(tbb::global_control::max_allowed_parallelism));
  return std::max(1u, threads == 0 ? most : std::min(threads, most));
}

}  // namespace

struct Workers::Arena {
  explicit Arena(unsigned threads) : arena(static_cast<int>(threads)) {}
  tbb::task_arena arena;
};

Workers::Workers(unsigned threads) : threads_(allowed(threads)) {
  if (threads_ > 1) arena_ = std::make_unique<Arena>(threads_);
}
Workers::Workers(Workers&&) noexcept = default;
Workers& Workers::operator=(Workers&&) noexcept = default;
Workers::~Workers() = default;

Result<void> Workers::each(std::size_t count, const std::function<Result<void>(std::size_t, std::size_t)>& work) const {
  if (arena_ == nullptr || count < 2) {
    for (std::size_t i = 0; i < count; ++i) TRICLAVE_TRY(work(i, 0));
    return {};
  }
  std::mutex mutex;
  // Their orders add nothing to oneTBB's own, but a thread sanitizer that cannot look into oneTBB sees these.
  std::atomic<bool> failed = false;
  std::atomic<std::size_t> done_by_all = 0;
  std::size_t first = count;
  std::optional<Error> why;
  failed.store(false, std::memory_order_release);
  arena_->arena.execute([&] {
    tbb::parallel_for(
        std::size_t{0}, count,
        [&](std::size_t i) {
          if (failed.load(std::memory_order_acquire)) return;
          auto done = work(i, static_cast<std::size_t>(tbb::this_task_arena::current_thread_index()));
          done_by_all.fetch_add(1, std::memory_order_release);
          if (done) return;
          failed = true;
          const std::lock_guard lock(mutex);
          if (i > first) return;
          first = i;
          why = std::move(done.error());
        },
        tbb::simple_partitioner());
  });
  done_by_all.load(std::memory_order_acquire);
  if (why) return tl::unexpected(std::move(*why));
  return {};
}

}  // namespace triclave
