// One thread at a time in an object of the library. A turn is waited for without the interpreter's lock, so that who
// has it can call Python meanwhile; a call back into the object from such a call is refused, not waited for.
#pragma once

#include <pthread.h>

#include <atomic>
#include <cstdint>

#include "bind.h"

namespace triclave::python {

// How often this process is the child of a fork.
inline std::uint64_t forks() noexcept {
  static std::atomic<std::uint64_t> count = 0;
  static const int registered = ::pthread_atfork(nullptr, nullptr, [] { count.fetch_add(1); });
  static_cast<void>(registered);
  return count.load();
}

class Turns {
 public:
  class Turn {
   public:
    explicit Turn(Turns& of) : of_(&of) {}
    Turn(Turn&& other) noexcept : of_(std::exchange(other.of_, nullptr)) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
      if (of_ == nullptr) return;
      of_->holder_.store(0);
      of_->holder_.notify_one();
    }

   private:
    Turns* of_;
  };

  Result<Turn> wait() {
    static thread_local char mark;
    constexpr int kAddressBits = 48;
    const std::uint64_t generation = forks() << kAddressBits;
    const std::uint64_t me = generation | (reinterpret_cast<std::uintptr_t>(&mark) & ((std::uint64_t{1} << kAddressBits) - 1));
    for (std::uint64_t holder = 0; !holder_.compare_exchange_strong(holder, me); holder = 0) {
      if (holder == me)
        return fail(ErrorKind::invalid_argument, "this object is at work already, and was called by what it called");
      if (holder >> kAddressBits != generation >> kAddressBits)
        return fail(ErrorKind::invalid_argument,
                    "another thread was using this object when the process forked: make it anew in the child");
      holder_.wait(holder);
    }
    return Turn(*this);
  }

 private:
  std::atomic<std::uint64_t> holder_ = 0;
};

// The outcome of `work`, run without the lock when it is this thread's turn.
template <class Work>
auto in_turn(Turns& turns, Work&& work) {
  return released([&]() -> decltype(work()) {
    auto turn = turns.wait();
    if (!turn) return tl::unexpected(turn.error());
    return work();
  });
}

}  // namespace triclave::python
