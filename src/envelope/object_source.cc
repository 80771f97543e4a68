#include "envelope/object_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "base/guarded.h"
#include "base/labels.h"
#include "base/merkle.h"
#include "base/try.h"
#include "envelope/content_signature.h"
#include "envelope/object_sink.h"

namespace triclave::envelope {

using cipher::kChunkSize;
using cipher::kPrefixSize;
using cipher::kSealedChunkSize;

// Between two words of progress.
constexpr std::uint64_t kRunsAtOnce = 128;

namespace {

// `size` bytes of the buffer, on the boundary that the widest loads like best: a twentieth of a small read's time.
MutableBytes room(Bytes& buffer, std::size_t size) {
  constexpr std::size_t kBoundary = 64;
  if (buffer.size() < size + kBoundary - 1) {
    wipe(buffer);  // growing gives the old memory back
    buffer.resize(size + kBoundary - 1);
  }
  const std::size_t beyond = reinterpret_cast<std::uintptr_t>(buffer.data()) % kBoundary;
  return MutableBytes(buffer).subspan(beyond == 0 ? 0 : kBoundary - beyond, size);
}

}  // namespace

tl::unexpected<Error> foreign_stream(ErrorKind kind) {
  return fail(kind, "the object's stream was not sealed under this capsule and header, or was changed since");
}

Result<ObjectInfo> object_info(const Frame& frame, std::optional<std::uint64_t> sealed_size) {
  const Header& header = frame.header;
  ObjectInfo out{
      header.capsule_id,     header.object_id,       header.name,         header.dataset, header.compartments.front(),
      header.content_signed, !frame.capsule.empty(), frame.stream_offset, sealed_size,    std::nullopt};
  if (!sealed_size) return out;
  const std::uint64_t around = frame.stream_offset + (header.content_signed ? kSignatureSize : 0);
  if (*sealed_size < around) return fail(ErrorKind::malformed, "the sealed object is cut short");
  //= SPEC OBJ-06
  auto plain = cipher::plain_size(*sealed_size - around);
  if (!plain) return fail(plain.error().kind, "the sealed object is cut short or extended: " + plain.error().message);
  out.plain_size = *plain;
  return out;
}

Result<std::unique_ptr<OpenObject>> ObjectSource::start(const cipher::InputKey& data_key, const Frame& frame,
                                                        const Verifier& producer, std::unique_ptr<Source> sealed) {
  TRICLAVE_TRY_ASSIGN(ObjectInfo info, object_info(frame, sealed->size()));
  cipher::Prefix prefix;
  TRICLAVE_TRY_ASSIGN(const std::size_t got, sealed->read_at(frame.stream_offset, prefix));
  if (got < prefix.size())
    return fail(ErrorKind::malformed, "the sealed object is cut short at the beginning of its stream");
  //= SPEC OBJ-05
  auto message = cipher::Message::open(data_key, stream_context(frame.header_hash, 0), prefix);
  if (!message) return foreign_stream(message.error().kind);
  return std::unique_ptr<OpenObject>(
      new ObjectSource(std::move(*message), std::move(info), frame.header_hash, producer, std::move(sealed)));
}

ObjectSource::ObjectSource(cipher::Message message, ObjectInfo info, const Id& header_hash, const Verifier& producer,
                           std::unique_ptr<Source> sealed)
    : message_(std::move(message)),
      info_(std::move(info)),
      header_hash_(header_hash),
      sealed_(std::move(sealed)) {
  if (info_.content_signed) producer_.emplace(producer);
}

ObjectSource::~ObjectSource() { wipe(plain_); }

std::uint64_t ObjectSource::chunks_offset() const { return info_.stream_offset + kPrefixSize; }

Result<std::size_t> ObjectSource::read_at(std::uint64_t offset, MutableBytes out) {
  auto got = info_.plain_size ? read_range(offset, out) : read_forward(offset, out);
  if (!got) wipe(out);
  return got;
}

std::optional<std::uint64_t> ObjectSource::size() const {
  if (!info_.plain_size) return std::nullopt;
  //= SPEC OBJ-07
  if (!end_checked_) {
    auto& self = const_cast<ObjectSource&>(*this);  // fills a cache: what a caller sees does not change
    if (!self.open_chunks(*info_.plain_size / kChunkSize, 1, nullptr)) return std::nullopt;
  }
  return info_.plain_size;
}

Result<ByteView> ObjectSource::sealed_run(std::uint64_t first, std::size_t count, Bytes& buffer) {
  std::size_t wanted = count * kSealedChunkSize;
  const std::uint64_t begin = first * kSealedChunkSize;
  if (info_.plain_size) {  // a signature may follow the stream
    const std::uint64_t stream = *cipher::sealed_size(*info_.plain_size) - kPrefixSize;
    wanted = static_cast<std::size_t>(std::min<std::uint64_t>(wanted, stream - std::min(stream, begin)));
  }
  if (const ByteView in_memory = sealed_->view_at(chunks_offset() + begin, wanted); !in_memory.empty())
    return in_memory;
  const MutableBytes run = room(buffer, wanted);
  TRICLAVE_TRY_ASSIGN(const std::size_t got, sealed_->read_at(chunks_offset() + begin, run));
  if (info_.plain_size && got < wanted)
    return fail(ErrorKind::malformed, "the sealed object became shorter while it was read");
  return run.first(got);
}

Result<std::size_t> ObjectSource::open_run(std::uint64_t first, std::size_t count, ByteView sealed, std::uint8_t* out) {
  // The last chunk is always short, so a full run has not met it and a short one ends in it.
  const bool last = sealed.size() < count * kSealedChunkSize;
  const std::size_t rest = sealed.size() % kSealedChunkSize;
  //= SPEC OBJ-06
  if (last && rest < cipher::kTagSize)
    return fail(ErrorKind::malformed,
                fmt::format("the sealed object ends at chunk {} without its last chunk: it was cut short",
                            first + sealed.size() / kSealedChunkSize));
  const std::size_t size = sealed.size() / kSealedChunkSize * kChunkSize + (last ? rest - cipher::kTagSize : 0);
  const bool keep = out == nullptr;
  if (keep) {
    kept_first_.reset();
    out = room(plain_, size).data();
  }
  if (keep && sealed.data() == out)
    TRICLAVE_TRY(message_.open_run_in_place(first, room(plain_, sealed.size()), last));
  else
    TRICLAVE_TRY(message_.open_run(first, sealed, last, {out, size}));
  if (keep) {
    kept_first_ = first;
    kept_ = {out, size};
  }
  if (last) end_checked_ = true;
  return size;
}

Result<std::size_t> ObjectSource::open_chunks(std::uint64_t first, std::size_t count, std::uint8_t* out) {
  // One chunk that is kept is read to where it is decrypted: half the memory goes through the processor's caches.
  const bool in_place = out == nullptr && count == 1;
  if (in_place) kept_first_.reset();
  TRICLAVE_TRY_ASSIGN(const ByteView sealed, sealed_run(first, count, in_place ? plain_ : run_));
  return open_run(first, count, sealed, out);
}

Result<std::size_t> ObjectSource::read_range(std::uint64_t offset, MutableBytes out) {
  const std::uint64_t total = *info_.plain_size;
  if (offset >= total || out.size() > total - offset) {
    // The answer tells where the end is, so the end must be authentic.
    if (!end_checked_) TRICLAVE_TRY(open_chunks(total / kChunkSize, 1, nullptr));
    if (offset >= total) return 0;
    out = out.first(static_cast<std::size_t>(total - offset));
  }
  std::size_t done = 0;
  while (done < out.size()) {
    const std::uint64_t chunk = (offset + done) / kChunkSize;
    const auto skip = static_cast<std::size_t>((offset + done) % kChunkSize);
    const std::size_t left = out.size() - done;
    if (skip == 0 && left >= kChunkSize) {  // whole chunks go straight to the caller
      TRICLAVE_TRY_ASSIGN(const std::size_t got,
                          open_chunks(chunk, std::min(left / kChunkSize, kRunChunks), out.data() + done));
      done += got;
      continue;
    }
    if (kept_first_ != chunk || kept_.size() > kChunkSize) TRICLAVE_TRY(open_chunks(chunk, 1, nullptr));
    if (kept_.size() <= skip) return fail(ErrorKind::malformed, "the sealed object became shorter while it was read");
    const std::size_t taken = std::min(left, kept_.size() - skip);
    std::memcpy(out.data() + done, kept_.data() + skip, taken);
    done += taken;
  }
  return done;
}

Result<std::size_t> ObjectSource::read_forward(std::uint64_t offset, MutableBytes out) {
  if (info_.content_signed)
    return fail(ErrorKind::invalid_argument,
                "a content signature stands at the object's end: save the object to a file to read it");
  if (offset != position_)
    return fail(ErrorKind::invalid_argument,
                "a pipe can only be read from front to back; save the object to a file first");
  std::size_t done = 0;
  while (done < out.size()) {
    const std::uint64_t run_start = kept_first_ ? *kept_first_ * kChunkSize : 0;
    if (!kept_first_ || position_ == run_start + kept_.size()) {
      if (end_checked_) break;
      TRICLAVE_TRY(open_chunks(position_ / kChunkSize, kRunChunks, nullptr));
      continue;
    }
    const auto at = static_cast<std::size_t>(position_ - run_start);
    const std::size_t taken = std::min(out.size() - done, kept_.size() - at);
    std::memcpy(out.data() + done, kept_.data() + at, taken);
    done += taken;
    position_ += taken;
  }
  return done;
}

Result<void> ObjectSource::copy_runs(std::uint64_t first, std::size_t runs, Sink& out) {
  // A sealed run and an opened one for each thread.
  const MutableBytes sealed_runs = room(run_, workers_.threads() * kSealedRunSize);
  kept_first_.reset();
  const MutableBytes plain_runs = room(plain_, workers_.threads() * kRunSize);
  TRICLAVE_TRY(workers_.each(runs, [&](std::size_t run, std::size_t thread) -> Result<void> {
    const MutableBytes sealed = sealed_runs.subspan(thread * kSealedRunSize, kSealedRunSize);
    const MutableBytes plain = plain_runs.subspan(thread * kRunSize, kRunSize);
    TRICLAVE_TRY_ASSIGN(const std::size_t got,
                        sealed_->read_at(chunks_offset() + (first + run) * kSealedRunSize, sealed));
    if (got < sealed.size()) return fail(ErrorKind::malformed, "the sealed object became shorter while it was read");
    TRICLAVE_TRY(message_.open_run((first + run) * kRunChunks, sealed, false, plain));
    return out.write_at(run * kRunSize, plain);
  }));
  return out.advance(runs * kRunSize);
}

Result<std::uint64_t> ObjectSource::copy_to(Sink& out) {
  //= SPEC OBJ-08
  if (info_.content_signed) TRICLAVE_TRY(verify_content());
  MerkleTree tree;
  tree.add({ByteView(message_.prefix())});
  std::uint64_t total = 0;
  if (workers_.threads() > 1 && !info_.content_signed && info_.plain_size && sealed_->reads_at_once() &&
      out.writes_at_once()) {
    const std::uint64_t runs = *info_.plain_size / kRunSize;
    for (std::uint64_t run = 0; run < runs; run += kRunsAtOnce)
      TRICLAVE_TRY(copy_runs(run, static_cast<std::size_t>(std::min<std::uint64_t>(runs - run, kRunsAtOnce)), out));
    total = runs * kRunSize;
  }
  for (std::uint64_t chunk = total / kChunkSize;; chunk += kRunChunks) {
    TRICLAVE_TRY_ASSIGN(const ByteView sealed, sealed_run(chunk, kRunChunks, run_));
    if (info_.content_signed) add_run(tree, sealed);
    TRICLAVE_TRY_ASSIGN(const std::size_t size, open_run(chunk, kRunChunks, sealed, nullptr));
    total += size;
    position_ = total;  // where a pipe now stands
    TRICLAVE_TRY(out.write(kept_));
    if (size < kRunSize) break;
  }
  // What was decrypted is what was verified, even where somebody wrote to the object in between.
  if (info_.content_signed && tree.root() != verified_root_)
    return fail(ErrorKind::forged, "the sealed object was changed while it was read");
  TRICLAVE_TRY(out.finish());
  return total;
}

Result<void> ObjectSource::verify_content() {
  if (!info_.content_signed) return fail(ErrorKind::invalid_argument, "the object's content is not signed");
  if (!info_.plain_size)
    return fail(ErrorKind::invalid_argument,
                "the object's content is signed, and the signature stands at its end: save it to a file first");
  MerkleTree tree;
  tree.add({ByteView(message_.prefix())});
  for (std::uint64_t chunk = 0;; chunk += kRunChunks) {
    TRICLAVE_TRY_ASSIGN(const ByteView sealed, sealed_run(chunk, kRunChunks, run_));
    add_run(tree, sealed);
    if (sealed.size() < kSealedRunSize) break;
  }
  Bytes signature(kSignatureSize);
  TRICLAVE_TRY_ASSIGN(const std::size_t got, sealed_->read_at(*info_.sealed_size - kSignatureSize, signature));
  signature.resize(got);
  auto verified = producer_->verify(role::kObject, signed_content(header_hash_, tree.root()), signature);
  if (!verified)
    return fail(verified.error().kind,
                "the object's content is not what its producer signed: " + verified.error().message,
                {{producer_->name(), "its content signature does not stand"}});
  verified_root_ = tree.root();
  return {};
}

}  // namespace triclave::envelope
