#include "base/thread_kept.h"

#include <botan/secmem.h>

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
  // Made after the pool, and therefore destroyed ahead of it.
  static const Botan::secure_vector<std::uint8_t> first(1);
  static const End end;
}

}  // namespace triclave
