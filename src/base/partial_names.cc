#include "base/partial_names.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstring>
#include <utility>

#include "triclave/io.h"

namespace triclave {
namespace {

enum class State : int { free, changing, live };

// Fixed and lock-free, because a signal handler reads it.
struct Slot {
  std::atomic<State> state = State::free;
  int folder = -1;
  std::array<char, NAME_MAX + 1> name{};
};
std::array<Slot, 256> slots;
static_assert(std::atomic<State>::is_always_lock_free);

}  // namespace

PartialName::PartialName(int folder, const std::string& name) noexcept {
  if (name.size() > NAME_MAX) return;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    State expected = State::free;
    if (!slots[i].state.compare_exchange_strong(expected, State::changing)) continue;
    slots[i].folder = folder;
    std::memcpy(slots[i].name.data(), name.c_str(), name.size() + 1);
    slots[i].state = State::live;
    slot_ = i;
    return;
  }
}

PartialName& PartialName::operator=(PartialName&& other) noexcept {
  std::swap(slot_, other.slot_);
  return *this;
}

PartialName::~PartialName() {
  if (slot_ != kNone) slots[slot_].state = State::free;
}

void remove_partial_files() noexcept {
  const int saved = errno;
  for (Slot& slot : slots)
    if (slot.state == State::live) ::unlinkat(slot.folder, slot.name.data(), 0);
  errno = saved;
}

}  // namespace triclave
