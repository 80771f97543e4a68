// What a thread keeps until it ends, made of Botan's objects. A thread may outlive the end of main() (oneTBB's do, in a
// process that loaded this library), and by then Botan's pool of locked memory is gone: what such a thread keeps is
// left to the end of the process.
#pragma once

#include <memory>
#include <mutex>

namespace triclave {

// Held while something is given back to Botan's memory; says whether that still can be.
class BotanMemory {
 public:
  BotanMemory();
  bool is_there() const noexcept { return is_there_; }
  // To be called once something of Botan's was made.
  static void note_use();

 private:
  const std::lock_guard<std::mutex> lock_;
  const bool is_there_;
};

template <class T>
class ThreadKept {
 public:
  explicit ThreadKept(std::unique_ptr<T> kept) : kept_(std::move(kept)) { BotanMemory::note_use(); }
  ThreadKept(ThreadKept&&) = delete;
  ThreadKept& operator=(ThreadKept&&) = delete;
  ~ThreadKept() {
    const BotanMemory memory;
    if (!memory.is_there()) (void)kept_.release();
    kept_.reset();
  }
  T& operator*() const noexcept { return *kept_; }

 private:
  std::unique_ptr<T> kept_;
};

}  // namespace triclave
