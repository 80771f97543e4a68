// How much memory is asked for at once, told by operators that count.
#pragma once

#include <atomic>
#include <cstddef>

namespace triclave::attacks {

inline constexpr std::size_t kMebibyte = 1024 * 1024;

// Largest block asked of operator new since it was last set to 0.
extern std::atomic<std::size_t> largest_asked;

// What was the largest block while `work` ran.
template <class Work>
std::size_t largest_block(Work&& work) {
  largest_asked = 0;
  work();
  return largest_asked;
}

}  // namespace triclave::attacks
