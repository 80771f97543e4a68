#include "cipher/cobblestone.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <functional>
#include <string>

#include "base/integers.h"
#include "base/try.h"

namespace triclave::cipher {
namespace {

constexpr std::uint64_t kMaxPlainSize = kMaxChunks * kChunkSize - 1;

using Nonce = std::array<std::uint8_t, kNonceSize>;

// A chunk's number, big-endian and as wide as the nonce, XORed into the base nonce: as one word.
void write_nonce(const std::uint8_t* base, std::uint64_t chunk, Nonce& out) {
  constexpr std::size_t kRest = kNonceSize - sizeof chunk;
  std::uint64_t low;
  std::memcpy(&low, base + kRest, sizeof low);
  low ^= std::bit_cast<std::uint64_t>(big_endian(chunk));
  std::memcpy(out.data(), base, kRest);
  std::memcpy(out.data() + kRest, &low, sizeof low);
}

bool overlap(ByteView a, ByteView b) {
  const std::less<> below;
  return !a.empty() && !b.empty() && below(a.data(), b.data() + b.size()) && below(b.data(), a.data() + a.size());
}

tl::unexpected<Error> wrong_size(const char* what, std::size_t has, std::size_t needs) {
  return fail(ErrorKind::invalid_argument, std::string(what) + " has " + std::to_string(has) +
                                               " bytes where the run needs " + std::to_string(needs));
}

}  // namespace

Result<std::uint64_t> sealed_size(std::uint64_t plain_size) {
  if (plain_size > kMaxPlainSize)
    return fail(ErrorKind::invalid_argument, "a sealed stream holds at most 4 PiB - 1 byte; split the data");
  return kPrefixSize + plain_size + (plain_size / kChunkSize + 1) * kTagSize;
}

//= SPEC OBJ-06
Result<std::uint64_t> plain_size(std::uint64_t sealed_size) {
  const std::uint64_t body = sealed_size - std::min<std::uint64_t>(sealed_size, kPrefixSize);
  const std::uint64_t whole = body / kSealedChunkSize;
  const std::uint64_t tail = body % kSealedChunkSize;
  if (tail < kTagSize)
    return fail(ErrorKind::malformed, "no sealed stream has " + std::to_string(sealed_size) +
                                          " bytes: it was cut short or had something added to it");
  if (whole >= kMaxChunks)
    return fail(ErrorKind::malformed,
                "a sealed stream of " + std::to_string(sealed_size) + " bytes exceeds the 2^38 chunks of the format");
  return whole * kChunkSize + tail - kTagSize;
}

std::size_t sealed_run_size(std::size_t plain, bool last) noexcept {
  return plain + (plain / kChunkSize + (last ? 1 : 0)) * kTagSize;
}

// Which chunks a run has: whole ones, then, with `last`, one of `tail` bytes.
struct Message::Run {
  std::uint64_t first;
  std::size_t chunks;
  std::size_t whole;
  std::size_t tail;

  static Result<Run> of_plain(std::uint64_t first, std::size_t size, bool last) {
    const std::size_t tail = size % kChunkSize;
    if (tail != 0 && !last)
      return fail(ErrorKind::invalid_argument, "a run that is not the last one holds whole chunks of 16384 bytes; " +
                                                   std::to_string(tail) + " bytes are left over");
    return make(ErrorKind::invalid_argument, first, size / kChunkSize, tail, last);
  }

  static Result<Run> of_sealed(ErrorKind kind, std::uint64_t first, std::size_t size, bool last) {
    const std::size_t rest = size % kSealedChunkSize;
    if (last ? rest < kTagSize : rest != 0)
      return fail(kind, "no run of sealed chunks that " + std::string(last ? "ends" : "does not end") +
                            " its stream has " + std::to_string(size) +
                            " bytes: it was cut short or had something added to it");
    return make(kind, first, size / kSealedChunkSize, last ? rest - kTagSize : 0, last);
  }

  std::size_t plain_size() const { return whole * kChunkSize + tail; }
  std::size_t size_of(std::size_t chunk) const { return chunk < whole ? kChunkSize : tail; }

 private:
  // Room for the short last chunk is kept: either it ends this run, or it must follow.
  static Result<Run> make(ErrorKind kind, std::uint64_t first, std::size_t whole, std::size_t tail, bool last) {
    if (first >= kMaxChunks || whole >= kMaxChunks - first)
      return fail(kind, "a stream has at most 2^38 chunks; a run of " + std::to_string(whole) +
                            " cannot begin at chunk " + std::to_string(first));
    return Run{first, whole + (last ? 1 : 0), whole, tail};
  }
};

// Chunks of a run, as engines take several at once: what they leave behind is wiped once for all of them, and no nonce
// is read when it has only just been written, for that waits until all stores before it have left the CPU, the last
// chunk's ciphertext among them.
class Message::Batch {
 public:
  // Each chunk is read `in_step` bytes behind the one before it, and written `out_step` bytes behind.
  Batch(const Run& run, const std::uint8_t* nonce, const std::uint8_t* in, std::size_t in_step, std::uint8_t* out,
        std::size_t out_step)
      : run_(run), nonce_(nonce), in_(in), in_step_(in_step), out_(out), out_step_(out_step) {}
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;
  ~Batch() { wipe({nonces_.front().data(), std::min(next_, kMost) * sizeof(Nonce)}); }

  std::size_t done() const { return next_; }
  bool complete() const { return next_ == run_.chunks; }
  // The next ones; they stand until the call after this.
  std::span<const Piece> take() {
    const std::size_t count = std::min(run_.chunks - next_, kMost);
    for (std::size_t i = 0; i < count; ++i, ++next_) {
      write_nonce(nonce_, run_.first + next_, nonces_[i]);
      pieces_[i] = {nonces_[i].data(), in_ + next_ * in_step_, run_.size_of(next_), out_ + next_ * out_step_};
    }
    return std::span(pieces_).first(count);
  }

 private:
  static constexpr std::size_t kMost = 16;

  const Run& run_;
  const std::uint8_t* nonce_;
  const std::uint8_t* in_;
  std::size_t in_step_;
  std::uint8_t* out_;
  std::size_t out_step_;
  std::size_t next_ = 0;
  std::array<Nonce, kMost> nonces_;
  std::array<Piece, kMost> pieces_;
};

void Message::seal_chunks(const Run& run, const std::uint8_t* plain, std::size_t stride,
                          std::uint8_t* sealed) const noexcept {
  const std::uint8_t* const state = keys_.view().data();
  Batch batch(run, state + engine_->state_size, plain, stride, sealed, kSealedChunkSize);
  while (!batch.complete()) engine_->seal_many(state, batch.take());
}

Result<void> Message::open_chunks(const Run& run, const std::uint8_t* sealed, std::uint8_t* plain,
                                  std::size_t stride) const {
  const std::uint8_t* const state = keys_.view().data();
  Batch batch(run, state + engine_->state_size, sealed, kSealedChunkSize, plain, stride);
  while (!batch.complete()) {
    const std::uint64_t first = run.first + batch.done();
    const auto pieces = batch.take();
    //= SPEC OBJ-05
    const std::size_t good = engine_->open_many(state, pieces);
    if (good != pieces.size())
      return fail(ErrorKind::forged,
                  "chunk " + std::to_string(first + good) +
                      " does not verify: the sealed bytes were changed, moved or cut; fetch them again");
  }
  return {};
}

Result<void> Message::seal_run(std::uint64_t first, ByteView plain, bool last, MutableBytes sealed) const {
  TRICLAVE_TRY_ASSIGN(const Run run, Run::of_plain(first, plain.size(), last));
  const std::size_t needs = sealed_run_size(plain.size(), last);
  if (sealed.size() != needs) return wrong_size("the buffer for sealed chunks", sealed.size(), needs);
  if (overlap(plain, sealed)) return fail(ErrorKind::invalid_argument, "the buffers overlap; use seal_run_in_place");
  seal_chunks(run, plain.data(), kChunkSize, sealed.data());
  return {};
}

Result<void> Message::seal_chunk(std::uint64_t chunk, std::span<const ByteView> pieces, bool last,
                                 MutableBytes sealed) const {
  std::size_t size = 0;
  for (const ByteView piece : pieces) size += piece.size();
  TRICLAVE_TRY_ASSIGN(const Run run, Run::of_plain(chunk, size, last));
  if (run.chunks != 1)
    return fail(ErrorKind::invalid_argument,
                "one chunk has 16384 bytes, the last one less; the pieces have " + std::to_string(size));
  if (sealed.size() != size + kTagSize)
    return wrong_size("the buffer for a sealed chunk", sealed.size(), size + kTagSize);
  if (std::ranges::any_of(pieces, [&](ByteView piece) { return overlap(piece, sealed); }))
    return fail(ErrorKind::invalid_argument, "a piece overlaps the buffer for the sealed chunk");
  const std::uint8_t* state = keys_.view().data();
  Nonce nonce;
  write_nonce(state + engine_->state_size, chunk, nonce);
  engine_->seal_across(state, nonce.data(), pieces, sealed.data(), sealed.data() + size);
  wipe(nonce);
  return {};
}

Result<void> Message::open_run(std::uint64_t first, ByteView sealed, bool last, MutableBytes plain) const {
  const auto opened = [&]() -> Result<void> {
    TRICLAVE_TRY_ASSIGN(const Run run, Run::of_sealed(ErrorKind::malformed, first, sealed.size(), last));
    if (plain.size() != run.plain_size()) return wrong_size("the buffer for plaintext", plain.size(), run.plain_size());
    if (overlap(plain, sealed)) return fail(ErrorKind::invalid_argument, "the buffers overlap; use open_run_in_place");
    return open_chunks(run, sealed.data(), plain.data(), kChunkSize);
  }();
  if (!opened) wipe(plain);
  return opened;
}

Result<void> Message::seal_run_in_place(std::uint64_t first, MutableBytes run, bool last) const {
  TRICLAVE_TRY_ASSIGN(const Run shape, Run::of_sealed(ErrorKind::invalid_argument, first, run.size(), last));
  seal_chunks(shape, run.data(), kSealedChunkSize, run.data());
  return {};
}

Result<void> Message::open_run_in_place(std::uint64_t first, MutableBytes run, bool last) const {
  const auto opened = [&]() -> Result<void> {
    TRICLAVE_TRY_ASSIGN(const Run shape, Run::of_sealed(ErrorKind::malformed, first, run.size(), last));
    return open_chunks(shape, run.data(), run.data(), kSealedChunkSize);
  }();
  if (!opened) wipe(run);
  return opened;
}

}  // namespace triclave::cipher
