#include <algorithm>
#include <array>
#include <mutex>
#include <optional>

#include "base/try.h"
#include "table/message.h"
#include "table/message_parts.h"

namespace triclave::table {
namespace {

tl::unexpected<Error> cut() { return fail(ErrorKind::malformed, "the sealed table is cut short"); }

// The keys of some jobs; `failed` is told which one has none.
Result<void> open_prefixes(std::span<const OpenJob> jobs, Source& sealed, std::span<std::optional<cipher::Message>> out,
                           std::size_t& failed) {
  std::array<cipher::Prefix, kMessagesAtOnce> prefixes;
  std::array<cipher::Message::Origin, kMessagesAtOnce> origins;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    failed = i;
    TRICLAVE_TRY_ASSIGN(const std::size_t got, sealed.read_at(jobs[i].offset, prefixes[i]));
    if (got < prefixes[i].size()) return cut();
    origins[i] = jobs[i].origin;
  }
  auto opened =
      cipher::Message::open_all(std::span(origins).first(jobs.size()), std::span(prefixes).first(jobs.size()));
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    failed = i;
    if (!opened[i]) return tl::unexpected(std::move(opened[i].error()));
    out[i].emplace(std::move(*opened[i]));
  }
  return {};
}

// The sealed bytes of a run, where the source has them or read into `buffer`.
Result<ByteView> sealed_run(Source& sealed, std::uint64_t offset, std::size_t size, MutableBytes buffer) {
  const ByteView there = sealed.view_at(offset, size);
  if (there.size() == size) return there;
  TRICLAVE_TRY_ASSIGN(const std::size_t got, sealed.read_at(offset, buffer.first(size)));
  if (got < size) return cut();
  return ByteView(buffer).first(size);
}

bool lies_in_memory(const OpenJob& job, Source& sealed) {
  const std::size_t size = cipher::sealed_run_size(job.plain.size(), true);
  return sealed.view_at(job.offset + cipher::kPrefixSize, size).size() == size;
}

Result<void> open_part(const OpenJob& job, const cipher::Message& message, const Part& part, Source& sealed,
                       MutableBytes buffer) {
  const std::uint64_t offset = job.offset + cipher::kPrefixSize + part.run * kSealedRunSize;
  const auto size = static_cast<std::size_t>(part.plain_size);
  TRICLAVE_TRY_ASSIGN(const ByteView run, sealed_run(sealed, offset, cipher::sealed_run_size(size, part.last), buffer));
  return message.open_run(part.run * kRunChunks, run, part.last,
                          job.plain.subspan(static_cast<std::size_t>(part.run * kRunSize), size));
}

Result<void> open_some(std::span<const OpenJob> jobs, Source& sealed, Bytes& scratch, const Workers& workers,
                       std::size_t& failed) {
  const Workers alone;
  const Workers& readers = sealed.reads_at_once() ? workers : alone;
  std::vector<std::optional<cipher::Message>> messages(jobs.size());
  std::vector<Part> parts;
  parts.reserve(jobs.size());
  for (std::size_t job = 0; job < jobs.size(); ++job) {
    const std::uint64_t size = jobs[job].plain.size(), count = run_count(size);
    // As seal_messages: one thread goes through whole messages where they lie in memory.
    const std::uint64_t step = readers.threads() == 1 && lies_in_memory(jobs[job], sealed) ? count : 1;
    for (std::uint64_t run = 0; run < count; run += step) parts.push_back(part_of(job, run, size, step));
  }
  std::mutex mutex;
  std::size_t lowest = jobs.size();
  const auto blame = [&](std::size_t job) {
    const std::lock_guard lock(mutex);
    lowest = std::min(lowest, job);
  };
  auto opened = each_group(readers, jobs.size(), [&](std::size_t first, std::size_t count) {
    std::size_t bad = 0;
    auto done = open_prefixes(jobs.subspan(first, count), sealed, std::span(messages).subspan(first, count), bad);
    if (!done) blame(first + bad);
    return done;
  });
  if (scratch.size() < readers.threads() * kSealedRunSize) scratch.resize(readers.threads() * kSealedRunSize);
  if (opened)
    opened = readers.each(parts.size(), [&](std::size_t i, std::size_t thread) -> Result<void> {
      const MutableBytes own = MutableBytes(scratch).subspan(thread * kSealedRunSize, kSealedRunSize);
      auto done = open_part(jobs[parts[i].job], *messages[parts[i].job], parts[i], sealed, own);
      if (!done) blame(parts[i].job);
      return done;
    });
  failed = lowest;
  return opened;
}

}  // namespace

Result<void> open_messages(std::span<const OpenJob> jobs, Source& sealed, Bytes& scratch, const Workers& workers,
                           std::size_t* failed) {
  for (std::size_t first = 0; first < jobs.size(); first += kJobsAtOnce) {
    std::size_t lowest = 0;
    auto opened =
        open_some(jobs.subspan(first, std::min(jobs.size() - first, kJobsAtOnce)), sealed, scratch, workers, lowest);
    if (opened) continue;
    if (failed != nullptr) *failed = first + lowest;
    return opened;
  }
  return {};
}

Result<void> open_message(const cipher::InputKey& key, ByteView context, Source& sealed, std::uint64_t offset,
                          std::uint64_t size, MutableBytes plain, Bytes& scratch) {
  if (cipher::plain_size(size).value_or(plain.size() + 1) != plain.size())
    return fail(ErrorKind::invalid_argument, "the memory for a message's plaintext is of another size");
  const OpenJob job{{&key, context}, offset, plain};
  return open_messages(std::span(&job, 1), sealed, scratch, Workers());
}

}  // namespace triclave::table
