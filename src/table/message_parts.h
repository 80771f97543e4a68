// How messages are cut for several threads: into runs of chunks, each of which knows its place.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/workers.h"
#include "cipher/cobblestone.h"

namespace triclave::table {

// Chunks sealed or opened in one go: few enough to stay in the second-level cache.
inline constexpr std::size_t kRunChunks = 16;
inline constexpr std::size_t kRunSize = kRunChunks * cipher::kChunkSize;
inline constexpr std::size_t kSealedRunSize = kRunChunks * cipher::kSealedChunkSize;

// Messages whose keys are derived in one go.
inline constexpr std::size_t kMessagesAtOnce = 8;

// Calls `work` for groups of up to kMessagesAtOnce out of `count`: first, how many.
template <class Work>
Result<void> each_group(const Workers& workers, std::size_t count, Work&& work) {
  return workers.each((count + kMessagesAtOnce - 1) / kMessagesAtOnce, [&](std::size_t group, std::size_t) {
    const std::size_t first = group * kMessagesAtOnce;
    return work(first, std::min(count - first, kMessagesAtOnce));
  });
}

// Runs of a message of this many bytes of plaintext; its last one holds the last chunk.
inline std::uint64_t run_count(std::uint64_t plain_size) { return plain_size / kRunSize + 1; }

// One run of one message, or several that follow each other.
struct Part {
  std::size_t job;
  std::uint64_t run;  // the first
  bool last;          // the message ends with it
  std::uint64_t plain_size;

  // From the message's begin, prefix included; the prefix belongs to the first run.
  std::uint64_t begin() const { return run == 0 ? 0 : cipher::kPrefixSize + run * kSealedRunSize; }
  std::size_t sealed_size() const {
    return (run == 0 ? cipher::kPrefixSize : 0) + cipher::sealed_run_size(static_cast<std::size_t>(plain_size), last);
  }
};

// `runs` of them, or those that are left.
inline Part part_of(std::size_t job, std::uint64_t run, std::uint64_t message_size, std::uint64_t runs = 1) {
  const bool last = run + runs >= run_count(message_size);
  return {job, run, last, last ? message_size - run * kRunSize : runs * kRunSize};
}

}  // namespace triclave::table
