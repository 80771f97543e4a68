#include "envelope/object_sink.h"

#include <algorithm>
#include <cstring>

#include "base/guarded.h"
#include "base/labels.h"
#include "base/try.h"
#include "envelope/content_signature.h"

namespace triclave::envelope {

Result<std::unique_ptr<Sink>> ObjectSink::start(const cipher::InputKey& data_key, const Header& header,
                                                ByteView capsule, const Signer* signer, std::unique_ptr<Sink> out,
                                                unsigned threads) {
  const WrittenFrame frame = write_frame(header, capsule);
  //= SPEC OBJ-04
  auto message = cipher::Message::create(data_key, stream_context(frame.header_hash, 0));
  TRICLAVE_TRY(out->write(frame.bytes));
  TRICLAVE_TRY(out->write(message.prefix()));
  return std::unique_ptr<Sink>(new ObjectSink(std::move(message), frame.header_hash, signer, std::move(out), threads));
}

ObjectSink::ObjectSink(cipher::Message message, const Id& header_hash, const Signer* signer, std::unique_ptr<Sink> out,
                       unsigned threads)
    : message_(std::move(message)),
      header_hash_(header_hash),
      signer_(signer),
      out_(std::move(out)),
      workers_(threads) {
  if (signer_ == nullptr) return;
  tree_.emplace();
  tree_->add({ByteView(message_.prefix())});
}

ObjectSink::~ObjectSink() { wipe(pending_); }

// No more than is needed: a small object would spend half its time on clearing the memory of a run.
void ObjectSink::grow_pending(std::size_t size) {
  if (size <= pending_.size()) return;
  Bytes larger(std::min(kRunSize, std::max(size, 2 * pending_.size())));
  std::copy_n(pending_.begin(), pending_size_, larger.begin());
  wipe(pending_);
  pending_ = std::move(larger);
}

Result<void> ObjectSink::write(ByteView plain) {
  TRICLAVE_TRY(check_usable());
  while (!plain.empty()) {
    // Whole runs go straight from the caller's memory.
    if (pending_size_ == 0 && plain.size() >= kRunSize) {
      TRICLAVE_TRY(seal(plain.first(kRunSize), false));
      plain = plain.subspan(kRunSize);
      continue;
    }
    const std::size_t taken = std::min(plain.size(), kRunSize - pending_size_);
    grow_pending(pending_size_ + taken);
    std::memcpy(pending_.data() + pending_size_, plain.data(), taken);
    pending_size_ += taken;
    plain = plain.subspan(taken);
    if (pending_size_ < kRunSize) break;
    TRICLAVE_TRY(seal(ByteView(pending_).first(kRunSize), false));
    pending_size_ = 0;
  }
  return {};
}

Result<std::uint64_t> ObjectSink::write_from(Source& from, std::uint64_t offset, std::uint64_t size) {
  TRICLAVE_TRY(check_usable());
  const bool at_once = workers_.threads() > 1 && pending_size_ == 0 && !tree_ && from.reads_at_once() &&
                       out_->writes_at_once() && from.size().has_value();
  const std::uint64_t there = at_once ? *from.size() - std::min(offset, *from.size()) : 0;
  const std::uint64_t runs = std::min(size, there) / kRunSize;
  if (runs != 0) TRICLAVE_TRY(seal_runs(from, offset, static_cast<std::size_t>(runs)));
  const std::uint64_t done = runs * kRunSize;
  TRICLAVE_TRY_ASSIGN(const std::uint64_t rest, Sink::write_from(from, offset + done, size - done));
  return done + rest;
}

Result<void> ObjectSink::seal_runs(Source& from, std::uint64_t offset, std::size_t runs) {
  // A run of plaintext and a sealed one for each thread.
  if (pending_.size() < workers_.threads() * kRunSize) pending_ = Bytes(workers_.threads() * kRunSize);
  sealed_.resize(std::max(sealed_.size(), workers_.threads() * kSealedRunSize));
  ended_ = true;  // until these are through
  TRICLAVE_TRY(workers_.each(runs, [&](std::size_t run, std::size_t thread) -> Result<void> {
    const MutableBytes plain = MutableBytes(pending_).subspan(thread * kRunSize, kRunSize);
    const MutableBytes sealed = MutableBytes(sealed_).subspan(thread * kSealedRunSize, kSealedRunSize);
    TRICLAVE_TRY_ASSIGN(const std::size_t got, from.read_at(offset + run * kRunSize, plain));
    if (got < plain.size())
      return fail(ErrorKind::io, "what is sealed became shorter while it was read: seal it again");
    TRICLAVE_TRY(message_.seal_run(next_chunk_ + run * kRunChunks, plain, false, sealed));
    return out_->write_at(run * kSealedRunSize, sealed);
  }));
  TRICLAVE_TRY(out_->advance(runs * kSealedRunSize));
  next_chunk_ += runs * kRunChunks;
  ended_ = false;
  return {};
}

Result<void> ObjectSink::finish() {
  TRICLAVE_TRY(check_usable());
  TRICLAVE_TRY(seal(ByteView(pending_).first(pending_size_), true));
  ended_ = true;
  if (signer_ != nullptr)
    TRICLAVE_TRY(out_->write(signer_->sign(role::kObject, signed_content(header_hash_, tree_->root()))));
  return out_->finish();
}

Result<void> ObjectSink::seal(ByteView plain, bool last) {
  const std::size_t size = cipher::sealed_run_size(plain.size(), last);
  const MutableBytes room = out_->room(size);
  if (room.empty() && sealed_.size() < size) sealed_.resize(size);
  const MutableBytes sealed = (room.empty() ? MutableBytes(sealed_) : room).first(size);
  ended_ = true;  // until this run is through
  TRICLAVE_TRY(message_.seal_run(next_chunk_, plain, last, sealed));
  if (tree_) add_run(*tree_, sealed);
  TRICLAVE_TRY(room.empty() ? out_->write(sealed) : out_->advance(size));
  ended_ = false;
  next_chunk_ += plain.size() / cipher::kChunkSize;
  return {};
}

Result<void> ObjectSink::check_usable() const {
  if (ended_)
    return fail(ErrorKind::invalid_argument, "this object is finished or has failed: seal it again from its start");
  return {};
}

}  // namespace triclave::envelope
