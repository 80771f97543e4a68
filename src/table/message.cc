#include "table/message.h"

#include <algorithm>
#include <cstring>

#include "base/try.h"

namespace triclave::table {
namespace {

using cipher::kChunkSize;

// Chunks sealed or opened in one go: few enough to stay in the second-level cache.
constexpr std::size_t kRunChunks = 16;
constexpr std::size_t kRunSize = kRunChunks * kChunkSize;
constexpr std::size_t kSealedRunSize = kRunChunks * cipher::kSealedChunkSize;

class Sealing {
 public:
  Sealing(const cipher::Message& message, Sink& out, Bytes& scratch) : message_(message), out_(out), scratch_(scratch) {
    if (scratch_.size() < kSealedRunSize + kChunkSize) scratch_.resize(kSealedRunSize + kChunkSize);
  }

  Result<void> run(ByteView plain, bool last) {
    const std::size_t size = cipher::sealed_run_size(plain.size(), last);
    const MutableBytes room = out_.room(size);
    const MutableBytes sealed = (room.empty() ? MutableBytes(scratch_) : room).first(size);
    TRICLAVE_TRY(message_.seal_run(next_, plain, last, sealed));
    next_ += plain.size() / kChunkSize;
    if (!room.empty()) return out_.advance(size);
    return out_.write(sealed);
  }

  Result<void> piece(ByteView bytes) {
    while (!bytes.empty()) {
      if (staged_ == 0 && bytes.size() >= kChunkSize) {
        const std::size_t whole = std::min(bytes.size() / kChunkSize * kChunkSize, kRunSize);
        TRICLAVE_TRY(run(bytes.first(whole), false));
        bytes = bytes.subspan(whole);
        continue;
      }
      const std::size_t taken = std::min(bytes.size(), kChunkSize - staged_);
      std::memcpy(stage() + staged_, bytes.data(), taken);
      staged_ += taken;
      bytes = bytes.subspan(taken);
      if (staged_ < kChunkSize) break;
      TRICLAVE_TRY(run({stage(), kChunkSize}, false));
      staged_ = 0;
    }
    return {};
  }

  Result<void> end() { return run({stage(), staged_}, true); }

 private:
  std::uint8_t* stage() { return scratch_.data() + kSealedRunSize; }

  const cipher::Message& message_;
  Sink& out_;
  Bytes& scratch_;  // a sealed run, then a chunk of plaintext that lies across pieces
  std::size_t staged_ = 0;
  std::uint64_t next_ = 0;
};

}  // namespace

//= SPEC OBJ-04
Result<std::uint64_t> seal_pieces(const Secret<32>& key, ByteView context, std::span<const ByteView> pieces, Sink& out,
                                  Bytes& scratch) {
  const auto message = cipher::Message::create(key, context);
  TRICLAVE_TRY(out.write(message.prefix()));
  Sealing sealing(message, out, scratch);
  std::uint64_t size = 0;
  for (const ByteView piece : pieces) {
    TRICLAVE_TRY(sealing.piece(piece));
    size += piece.size();
  }
  TRICLAVE_TRY(sealing.end());
  return cipher::sealed_size(size);
}

Result<void> open_message(const Secret<32>& key, ByteView context, Source& sealed, std::uint64_t offset,
                          std::uint64_t size, MutableBytes plain, Bytes& scratch) {
  const auto cut = [] { return fail(ErrorKind::malformed, "the sealed table is cut short"); };
  const std::uint64_t end = offset + size;
  cipher::Prefix prefix;
  TRICLAVE_TRY_ASSIGN(const std::size_t got, sealed.read_at(offset, prefix));
  if (got < prefix.size()) return cut();
  TRICLAVE_TRY_ASSIGN(const auto message, cipher::Message::open(key, context, prefix));
  offset += prefix.size();
  for (std::uint64_t first = 0; offset < end; first += kRunChunks) {
    const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(kSealedRunSize, end - offset));
    const bool last = offset + length == end;
    ByteView run = sealed.view_at(offset, length);
    if (run.size() != length) {
      if (scratch.size() < kSealedRunSize) scratch.resize(kSealedRunSize);
      TRICLAVE_TRY_ASSIGN(const std::size_t read, sealed.read_at(offset, MutableBytes(scratch).first(length)));
      if (read < length) return cut();
      run = ByteView(scratch).first(length);
    }
    const std::size_t size_of_run = std::min(plain.size(), kRunSize);
    TRICLAVE_TRY(message.open_run(first, run, last, plain.first(size_of_run)));
    plain = plain.subspan(size_of_run);
    offset += length;
  }
  return {};
}

}  // namespace triclave::table
