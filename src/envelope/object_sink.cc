#include "envelope/object_sink.h"

#include <algorithm>
#include <cstring>

#include "base/guarded.h"
#include "base/labels.h"
#include "base/try.h"
#include "envelope/content_signature.h"

namespace triclave::envelope {

Result<std::unique_ptr<Sink>> ObjectSink::start(const Secret<32>& data_key, const Header& header, ByteView capsule,
                                                const Signer* signer, std::unique_ptr<Sink> out) {
  const WrittenFrame frame = write_frame(header, capsule);
  //= SPEC OBJ-04
  auto message = cipher::Message::create(data_key, stream_context(frame.header_hash, 0));
  TRICLAVE_TRY(out->write(frame.bytes));
  TRICLAVE_TRY(out->write(message.prefix()));
  return std::unique_ptr<Sink>(new ObjectSink(std::move(message), frame.header_hash, signer, std::move(out)));
}

ObjectSink::ObjectSink(cipher::Message message, const Id& header_hash, const Signer* signer, std::unique_ptr<Sink> out)
    : message_(std::move(message)), header_hash_(header_hash), signer_(signer), out_(std::move(out)) {
  if (signer_ == nullptr) return;
  tree_.emplace();
  tree_->add({ByteView(message_.prefix())});
}

ObjectSink::~ObjectSink() { wipe(pending_); }

Result<void> ObjectSink::write(ByteView plain) {
  TRICLAVE_TRY(check_usable());
  while (!plain.empty()) {
    // Whole runs go straight from the caller's memory.
    if (pending_size_ == 0 && plain.size() >= kRunSize) {
      TRICLAVE_TRY(seal(plain.first(kRunSize), false));
      plain = plain.subspan(kRunSize);
      continue;
    }
    if (pending_.empty()) pending_.resize(kRunSize);
    const std::size_t taken = std::min(plain.size(), kRunSize - pending_size_);
    std::memcpy(pending_.data() + pending_size_, plain.data(), taken);
    pending_size_ += taken;
    plain = plain.subspan(taken);
    if (pending_size_ < kRunSize) break;
    TRICLAVE_TRY(seal(pending_, false));
    pending_size_ = 0;
  }
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
  if (sealed_.size() < size) sealed_.resize(size);
  const MutableBytes sealed = MutableBytes(sealed_).first(size);
  ended_ = true;  // until this run is through
  TRICLAVE_TRY(message_.seal_run(next_chunk_, plain, last, sealed));
  if (tree_) add_run(*tree_, sealed);
  TRICLAVE_TRY(out_->write(sealed));
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
