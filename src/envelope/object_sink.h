// Plaintext in, a sealed object out, in bounded memory.
#pragma once

#include <memory>
#include <optional>

#include "base/merkle.h"
#include "base/workers.h"
#include "cipher/cobblestone.h"
#include "envelope/frame.h"
#include "triclave/io.h"
#include "triclave/keys.h"

namespace triclave::envelope {

// Chunks that are sealed or opened in one go: enough to make calls cheap, few enough to stay in the second-level cache.
inline constexpr std::size_t kRunChunks = 16;
inline constexpr std::size_t kRunSize = kRunChunks * cipher::kChunkSize;
inline constexpr std::size_t kSealedRunSize = kRunChunks * cipher::kSealedChunkSize;

class ObjectSink final : public Sink {
 public:
  // Writes the frame and the message's prefix. `signer`, where not null, signs the content and must outlive the sink.
  static Result<std::unique_ptr<Sink>> start(const cipher::InputKey& data_key, const Header& header, ByteView capsule,
                                             const Signer* signer, std::unique_ptr<Sink> out, unsigned threads = 1);
  ~ObjectSink() override;

  Result<void> write(ByteView plain) override;
  // Whole runs on several threads, where both ends bear it.
  Result<std::uint64_t> write_from(Source& from, std::uint64_t offset, std::uint64_t size) override;
  Result<void> finish() override;

 private:
  ObjectSink(cipher::Message message, const Id& header_hash, const Signer* signer, std::unique_ptr<Sink> out,
             unsigned threads);
  Result<void> seal(ByteView plain, bool last);
  Result<void> seal_runs(Source& from, std::uint64_t offset, std::size_t runs);
  Result<void> check_usable() const;
  void grow_pending(std::size_t size);

  cipher::Message message_;
  Id header_hash_;
  const Signer* signer_;
  std::unique_ptr<Sink> out_;
  std::optional<MerkleTree> tree_;  // where the content is signed
  Bytes pending_;                   // plaintext of less than a run; with several threads, a run for each
  std::size_t pending_size_ = 0;
  Bytes sealed_;  // likewise
  std::uint64_t next_chunk_ = 0;
  Workers workers_;
  bool ended_ = false;  // finished, or failed: nothing more is taken
};

}  // namespace triclave::envelope
