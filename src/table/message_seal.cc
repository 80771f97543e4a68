#include <algorithm>
#include <cstring>
#include <iterator>

#include "base/try.h"
#include "table/message.h"
#include "table/message_parts.h"

namespace triclave::table {
namespace {

using cipher::kChunkSize;

// A message's plaintext from some place on.
class Reading {
 public:
  Reading(std::span<const ByteView> pieces, std::uint64_t at) : pieces_(pieces) {
    while (piece_ < pieces_.size() && at >= pieces_[piece_].size()) at -= pieces_[piece_++].size();
    within_ = static_cast<std::size_t>(at);
  }
  // What stands in one piece from here on; empty at the end only.
  ByteView rest() const { return piece_ < pieces_.size() ? pieces_[piece_].subspan(within_) : ByteView{}; }
  void skip(std::size_t size) {
    within_ += size;
    while (piece_ < pieces_.size() && within_ == pieces_[piece_].size()) {
      ++piece_;
      within_ = 0;
    }
  }
  // The next bytes, as the pieces that they stand in.
  std::span<const ByteView> take(std::size_t size) {
    if (rest().size() >= size) {  // most often, and without an allocation
      one_ = rest().first(size);
      skip(size);
      return {&one_, 1};
    }
    several_.clear();
    several_.reserve(pieces_.size() - piece_);
    while (size != 0) {
      several_.push_back(rest().first(std::min(rest().size(), size)));
      size -= several_.back().size();
      skip(several_.back().size());
    }
    return several_;
  }

 private:
  std::span<const ByteView> pieces_;
  std::size_t piece_ = 0;
  std::size_t within_ = 0;
  ByteView one_;
  std::vector<ByteView> several_;
};

// Seals one run, prefix included where it is the first, into exactly its place.
Result<void> seal_part(const SealJob& job, const Part& part, MutableBytes out) {
  if (part.run == 0) {
    std::ranges::copy(job.message.prefix(), out.begin());
    out = out.subspan(cipher::kPrefixSize);
  }
  Reading plain(job.pieces, part.run * kRunSize);
  std::uint64_t chunk = part.run * kRunChunks;
  std::uint64_t left = part.plain_size;
  const auto advance = [&](std::size_t bytes, std::size_t chunks) {
    out = out.subspan(bytes + chunks * cipher::kTagSize);
    chunk += chunks;
    left -= bytes;
  };
  const auto seal_across = [&](std::size_t bytes, bool last) -> Result<void> {
    TRICLAVE_TRY(job.message.seal_chunk(chunk, plain.take(bytes), last, out.first(bytes + cipher::kTagSize)));
    advance(bytes, 1);
    return {};
  };
  while (left >= kChunkSize) {
    const auto whole = static_cast<std::size_t>(std::min<std::uint64_t>(left, plain.rest().size())) / kChunkSize;
    if (whole != 0) {
      const ByteView bytes = plain.rest().first(whole * kChunkSize);
      TRICLAVE_TRY(job.message.seal_run(chunk, bytes, false, out.first(cipher::sealed_run_size(bytes.size(), false))));
      plain.skip(bytes.size());
      advance(bytes.size(), whole);
      continue;
    }
    TRICLAVE_TRY(seal_across(kChunkSize, false));
  }
  return part.last ? seal_across(static_cast<std::size_t>(left), true) : Result<void>();
}

// Parts that go out together, and the bytes that they take.
struct Window {
  std::vector<Part> parts;
  std::vector<std::size_t> offsets;
  std::size_t size = 0;

  void reserve(std::size_t count) {
    parts.reserve(count);
    offsets.reserve(count);
  }
  void add(const Part& part) {
    parts.push_back(part);
    offsets.push_back(size);
    size += part.sealed_size();
  }
  void clear() {
    parts.clear();
    offsets.clear();
    size = 0;
  }

  Result<void> seal(std::span<const SealJob> jobs, MutableBytes out, const Workers& workers) const {
    return workers.each(parts.size(), [&](std::size_t i, std::size_t) {
      return seal_part(jobs[parts[i].job], parts[i], out.subspan(offsets[i], parts[i].sealed_size()));
    });
  }
};

}  // namespace

//= SPEC OBJ-04
std::vector<cipher::Message> new_messages(std::span<const cipher::Message::Origin> origins, const Workers& workers) {
  if (origins.size() <= kMessagesAtOnce || workers.threads() == 1) return cipher::Message::create_all(origins);
  std::vector<std::vector<cipher::Message>> groups((origins.size() + kMessagesAtOnce - 1) / kMessagesAtOnce);
  // Nothing in it can fail.
  (void)each_group(workers, origins.size(), [&](std::size_t first, std::size_t count) -> Result<void> {
    groups[first / kMessagesAtOnce] = cipher::Message::create_all(origins.subspan(first, count));
    return {};
  });
  std::vector<cipher::Message> out;
  out.reserve(origins.size());
  for (auto& group : groups) std::ranges::move(group, std::back_inserter(out));
  return out;
}

Result<void> seal_messages(std::span<const SealJob> jobs, Sink& out, Bytes& scratch, const Workers& workers) {
  // Into the sink's own memory all at once; else through a window that keeps every thread busy.
  std::uint64_t total = 0;
  for (const SealJob& job : jobs) total += job.sealed_size();
  const MutableBytes room = out.room(static_cast<std::size_t>(total));
  const std::size_t most = workers.threads() == 1 ? 1 : std::size_t{8} * workers.threads();
  Window window;
  window.reserve(jobs.size());
  const auto flush = [&]() -> Result<void> {
    if (scratch.size() < window.size) scratch.resize(window.size);
    const MutableBytes sealed = MutableBytes(scratch).first(window.size);
    TRICLAVE_TRY(window.seal(jobs, sealed, workers));
    window.clear();
    return out.write(sealed);
  };
  // One thread goes through whole messages in the sink's memory: at the next part what it runs and keeps has left the
  // caches.
  const bool whole = workers.threads() == 1 && !room.empty();
  for (std::size_t job = 0; job < jobs.size(); ++job) {
    const std::uint64_t count = run_count(jobs[job].size), step = whole ? count : 1;
    for (std::uint64_t run = 0; run < count; run += step) {
      window.add(part_of(job, run, jobs[job].size, step));
      if (room.empty() && window.parts.size() == most) TRICLAVE_TRY(flush());
    }
  }
  if (room.empty()) return window.parts.empty() ? Result<void>() : flush();
  TRICLAVE_TRY(window.seal(jobs, room, workers));
  return out.advance(static_cast<std::size_t>(total));
}

Result<std::uint64_t> seal_pieces(const cipher::InputKey& key, ByteView context, std::span<const ByteView> pieces,
                                  Sink& out, Bytes& scratch) {
  SealJob job{cipher::Message::create(key, context), {pieces.begin(), pieces.end()}};
  for (const ByteView piece : pieces) job.size += piece.size();
  TRICLAVE_TRY(seal_messages(std::span(&job, 1), out, scratch, Workers()));
  return job.sealed_size();
}

}  // namespace triclave::table
