#include "base/thread_kept.h"

namespace triclave {
namespace {

// Neither has a destructor that would run too early.
constinit std::mutex mutex;
constinit bool has_ended = false;

struct End {
  ~End() {
    const std::lock_guard lock(mutex);
    has_ended = true;
  }
};

}  // namespace

BotanMemory::BotanMemory() : lock_(mutex), is_there_(!has_ended) {}

void BotanMemory::note_use() {
  static const End end;  // made after the pool, and therefore destroyed ahead of it
}

}  // namespace triclave
