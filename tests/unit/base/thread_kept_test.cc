#include "base/thread_kept.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <thread>

#include "base/hash.h"

namespace triclave {
namespace {

std::atomic<bool> is_over = false;
std::thread* last = nullptr;

void end_the_last_thread(void*) {
  if (last == nullptr) return;
  is_over = true;
  is_over.notify_all();
  last->join();
}

// Registered before any library began and for none of them, it runs when all have ended, Botan and its pool included.
extern "C" int __cxa_atexit(void (*function)(void*), void* argument, void* library);
void register_the_end() { __cxa_atexit(end_the_last_thread, nullptr, nullptr); }
[[gnu::section(".preinit_array"), gnu::used]] void (*const before_all)() = register_the_end;

// As oneTBB's do. Where Botan has a pool of locked memory, its pages are no longer there.
TEST(ThreadKept, AThreadMayEndAfterBotansMemory) {
  const pid_t child = ::fork();
  if (child == 0) {
    last = new std::thread([] {
      (void)sha256({});
      is_over.wait(false);
    });
    (void)sha256({});
    std::exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

struct Counted {
  explicit Counted(int& count) : alive(count) { ++alive; }
  ~Counted() { --alive; }
  int& alive;
};

TEST(ThreadKept, EndsWithItsThread) {
  int alive = 0;
  std::thread([&] {
    thread_local const ThreadKept kept(std::make_unique<Counted>(alive));
    EXPECT_EQ((*kept).alive, 1);
  }).join();
  EXPECT_EQ(alive, 0);
}

}  // namespace
}  // namespace triclave
